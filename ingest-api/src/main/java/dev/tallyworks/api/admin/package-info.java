/** Takes the calls of administrators, gives a log of them. */
@NullMarked
package dev.tallyworks.api.admin;

import org.jspecify.annotations.NullMarked;

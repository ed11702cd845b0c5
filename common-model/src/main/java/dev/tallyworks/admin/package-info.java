/** Takes what administrators call, gives a record of it. */
@NullMarked
package dev.tallyworks.admin;

import org.jspecify.annotations.NullMarked;

/** Takes the format of what is stored, gives the permission to work on it. */
@NullMarked
package dev.tallyworks.format;

import org.jspecify.annotations.NullMarked;

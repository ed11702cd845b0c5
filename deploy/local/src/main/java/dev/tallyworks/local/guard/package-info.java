/** Takes the standard input that a parent process holds, gives the end of this process when the parent is gone. */
@NullMarked
package dev.tallyworks.local.guard;

import org.jspecify.annotations.NullMarked;

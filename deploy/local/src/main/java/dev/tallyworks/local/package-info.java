/** Takes a command line, gives a running Tallyworks on this machine, supervised until it is told to stop. */
@NullMarked
package dev.tallyworks.local;

import org.jspecify.annotations.NullMarked;

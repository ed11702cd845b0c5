/** Takes how long data are to be kept, removes the numbers and events that are older. */
@NullMarked
package dev.tallyworks.worker.retention;

import org.jspecify.annotations.NullMarked;

/** Takes what died, stalled or was lost, gives it back to the lanes. */
@NullMarked
package dev.tallyworks.worker.recovery;

import org.jspecify.annotations.NullMarked;

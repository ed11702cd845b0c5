/** Takes free lanes, gives them to the batch loops of this process and keeps them for it. */
@NullMarked
package dev.tallyworks.worker.lease;

import org.jspecify.annotations.NullMarked;

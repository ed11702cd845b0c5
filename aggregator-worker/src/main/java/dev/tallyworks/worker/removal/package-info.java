/** Takes definitions that were deleted, gives stores without their events and numbers. */
@NullMarked
package dev.tallyworks.worker.removal;

import org.jspecify.annotations.NullMarked;

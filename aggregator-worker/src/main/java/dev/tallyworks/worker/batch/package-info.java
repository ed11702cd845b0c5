/** Takes jobs of an owned lane, gives rollups that contain each of their events exactly once. */
@NullMarked
package dev.tallyworks.worker.batch;

import org.jspecify.annotations.NullMarked;

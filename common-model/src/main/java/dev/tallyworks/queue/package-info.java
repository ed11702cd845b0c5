/** Takes recorded events, gives batches of jobs to the lanes, at least once each. */
@NullMarked
package dev.tallyworks.queue;

import org.jspecify.annotations.NullMarked;

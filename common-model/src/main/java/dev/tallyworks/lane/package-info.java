/** Takes claimed jobs, gives batches of events that count exactly once. */
@NullMarked
package dev.tallyworks.lane;

import org.jspecify.annotations.NullMarked;

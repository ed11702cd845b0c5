/** Takes an event and an aggregation, gives the numbers that the event adds to it. */
@NullMarked
package dev.tallyworks.metric;

import org.jspecify.annotations.NullMarked;

package dev.tallyworks.cli.send;

import java.util.List;

/**
 * Records that are sent together.
 *
 * @param rejected those that are none
 * @param end after the last of them
 */
record Batch(List<Line.Event> events, List<Rejection> rejected, Mark end) {
    Batch {
        events = List.copyOf(events);
        rejected = List.copyOf(rejected);
    }
}

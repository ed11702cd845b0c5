package dev.tallyworks.queue;

import dev.tallyworks.event.EventRef;

/**
 * A request to aggregate one event. It is written as one compact string, {@code 1|size|enqueuedAt|incarnation|source|trace|uuid},
 * as queues are long and Redis is memory. A job is a hint: a lost one is found by the relay, one too many is harmless.
 *
 * @param sizeBytes of the event, which bounds batches
 * @param enqueuedAtMillis epoch milliseconds; tells the relay what can't be queued any more
 * @param trace W3C trace context of the request, or empty
 */
public record Job(EventRef event, int sizeBytes, long enqueuedAtMillis, String trace) {
    private static final String FORMAT = "1";

    public Job {
        if (trace.indexOf('|') >= 0) {
            throw new IllegalArgumentException("trace must not contain '|': " + trace);
        }
    }

    public String encode() {
        return FORMAT
                + '|'
                + sizeBytes
                + '|'
                + enqueuedAtMillis
                + '|'
                + event.incarnation()
                + '|'
                + event.source()
                + '|'
                + trace
                + '|'
                + event.uuid();
    }

    /** @throws IllegalArgumentException where the text is no job of a known format */
    public static Job decode(String text) {
        String[] parts = text.split("\\|", 7);
        if (parts.length != 7 || !parts[0].equals(FORMAT)) {
            throw new IllegalArgumentException("not a job of format " + FORMAT + ": " + text);
        }
        EventRef event = new EventRef(parts[4], Long.parseLong(parts[3]), parts[6]);
        return new Job(event, Integer.parseInt(parts[1]), Long.parseLong(parts[2]), parts[5]);
    }
}

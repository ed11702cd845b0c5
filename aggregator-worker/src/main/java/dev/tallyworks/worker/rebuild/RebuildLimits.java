package dev.tallyworks.worker.rebuild;

/**
 * How much a rebuild takes on at once.
 *
 * @param windowEventsMax recorded events that a window passes over
 * @param windowBytesMax of the events that it reads
 */
public record RebuildLimits(int windowEventsMax, long windowBytesMax) {
    public RebuildLimits {
        if (windowEventsMax < 1) {
            throw new IllegalArgumentException("windowEventsMax must be at least 1: " + windowEventsMax);
        }
    }
}

package dev.tallyworks.worker.rebuild;

/**
 * How much a rebuild takes on at once.
 *
 * @param windowEventsMax recorded events that a window passes over
 * @param windowBytesMax of the events that it reads
 */
public record RebuildLimits(int windowEventsMax, long windowBytesMax) {
    public static final RebuildLimits DEFAULT = new RebuildLimits(5_000, 16 << 20);
}

package dev.tallyworks.definition;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One whole of an aggregation's stored numbers. What it means never changes; a rebuild makes another.
 *
 * @param number never given twice in an aggregation
 * @param version of the definitions that began it: of the events accepted before, it counts all that its filter takes; from then
 *     on, what the definitions as of each event's version say. 0 for an aggregation's first, which counts nothing from before
 * @param realtimeSince when its realtime rollups began; null where it has always had them, or never
 */
public record Generation(int number, long version, @Nullable Instant realtimeSince) {}

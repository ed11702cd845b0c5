package dev.tallyworks.partition;

import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * How the buckets of one width are spread over collections: {@code <target>_<n>} holds the n-th run of {@code length} buckets
 * since the epoch, negative before it. Found by arithmetic alone.
 *
 * @param lengthBuckets buckets a partition; 0 where all are in the target collection itself
 */
public record Partition(String targetCollection, Granularity width, long lengthBuckets) {
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}");

    public Partition {
        if (lengthBuckets < 0) {
            throw new IllegalArgumentException("partition length must not be negative: " + lengthBuckets);
        }
    }

    /** The collection for the bucket that holds an instant, epoch milliseconds. */
    public String collectionAt(long epochMillis) {
        return lengthBuckets == 0 ? targetCollection : targetCollection + '_' + numberAt(epochMillis);
    }

    private long numberAt(long epochMillis) {
        // Not floor(t / (width × length)): the product may be beyond int64, and floors nest.
        return Math.floorDiv(Math.floorDiv(epochMillis, width.widthMillis()), lengthBuckets);
    }

    /** How many collections a range of whole buckets touches; 1 where it is empty or nothing is partitioned. */
    public long count(TimeRange range) {
        return lengthBuckets == 0 || range.endMillis() == range.startMillis()
                ? 1
                : numberAt(range.endMillis() - 1) - numberAt(range.startMillis()) + 1;
    }

    /** Those of some collections that a range touches, in the order of time. */
    public List<String> collections(TimeRange range, Iterable<String> existing) {
        if (lengthBuckets == 0 || range.endMillis() == range.startMillis()) {
            return collections(range);
        }
        String prefix = targetCollection + '_';
        long first = numberAt(range.startMillis());
        long last = numberAt(range.endMillis() - 1);
        SortedMap<Long, String> touched = new TreeMap<>();
        for (String name : existing) {
            if (name.startsWith(prefix)
                    && NUMBER.matcher(name)
                            .region(prefix.length(), name.length())
                            .matches()) {
                long number = Long.parseLong(name, prefix.length(), name.length(), 10);
                if (number >= first && number <= last) {
                    touched.put(number, name);
                }
            }
        }
        return List.copyOf(touched.values());
    }

    /** Whether a collection is one of these, and all its buckets lie before an instant, epoch milliseconds. */
    public boolean isBefore(String collection, long epochMillis) {
        String prefix = targetCollection + '_';
        return lengthBuckets > 0
                && collection.startsWith(prefix)
                && NUMBER.matcher(collection)
                        .region(prefix.length(), collection.length())
                        .matches()
                && Long.parseLong(collection, prefix.length(), collection.length(), 10) < numberAt(epochMillis);
    }

    /** The collections that a range touches, in the order of time. */
    public List<String> collections(TimeRange range) {
        if (lengthBuckets == 0) {
            return List.of(targetCollection);
        }
        List<String> names = new ArrayList<>();
        if (range.endMillis() > range.startMillis()) {
            long last = numberAt(range.endMillis() - 1);
            for (long number = numberAt(range.startMillis()); number <= last; number++) {
                names.add(targetCollection + '_' + number);
            }
        }
        return names;
    }
}

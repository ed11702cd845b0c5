package dev.tallyworks.cli.send;

import java.util.ArrayList;
import java.util.List;

/** What became of events. */
record Posted(long accepted, long duplicates, List<Rejection> rejected) {
    static final Posted NOTHING = new Posted(0, 0, List.of());

    Posted {
        rejected = List.copyOf(rejected);
    }

    Posted and(Posted other) {
        List<Rejection> all = new ArrayList<>(rejected);
        all.addAll(other.rejected);
        return new Posted(accepted + other.accepted, duplicates + other.duplicates, all);
    }
}

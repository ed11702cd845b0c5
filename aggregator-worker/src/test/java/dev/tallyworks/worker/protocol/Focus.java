package dev.tallyworks.worker.protocol;

import java.util.List;

/**
 * What runs should be about.
 *
 * @param lateWrites the beginning of the name of those writes whose answers get lost; empty leaves it to chance
 * @param versions whether the definitions change meanwhile; false leaves it to chance
 * @param rebuild whether the numbers are made anew meanwhile; false leaves it to chance
 * @param lanes how many lanes there are for owners who disagree about an event to take over from each other; 0 leaves it to
 *     chance
 * @param script how the run begins, where chance would seldom find it: lines {@code "who: step before which they stop"}, or
 *     {@code "later"}
 */
public record Focus(String lateWrites, boolean versions, boolean rebuild, int lanes, List<String> script) {
    static final Focus NONE = new Focus("", false, false, 0, List.of());
    static final Focus ON_REBUILDS = new Focus("", true, true, 0, List.of());

    static Focus onLate(String writes) {
        return new Focus(writes, false, false, 0, List.of());
    }

    static Focus onTakeovers(int lanes, String... script) {
        return new Focus("", false, false, lanes, List.of(script));
    }

    Focus withVersions() {
        return new Focus(lateWrites, true, rebuild, lanes, script);
    }

    Focus withRebuild() {
        return new Focus(lateWrites, true, true, lanes, script);
    }
}

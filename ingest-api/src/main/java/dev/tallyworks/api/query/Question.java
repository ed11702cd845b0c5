package dev.tallyworks.api.query;

import dev.tallyworks.event.Attribution;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.time.TimeRange;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all questions have in common, as it was asked: well-formed but not yet held against the definitions.
 *
 * @param range as it was given, not yet widened
 * @param granularities ids of units of time
 * @param severalGranularities whether they were given as a list, so that the answer is one for each
 * @param attribution null for the total
 * @param byAttribution the type of attribution by whose values it is broken down; null where it is not
 * @param sources ids; empty means all
 * @param eventTypes names; empty means all
 * @param mode where the numbers are to come from
 * @param fillZero whether units without data are shown
 * @param selection the numbers that it takes
 */
record Question(
        TimeRange range,
        List<String> granularities,
        boolean severalGranularities,
        ZoneId zone,
        @Nullable Attribution attribution,
        @Nullable String byAttribution,
        List<String> sources,
        List<String> eventTypes,
        Mode mode,
        boolean fillZero,
        Selection selection) {
    /** The same about something else. */
    Question about(
            TimeRange otherRange,
            @Nullable Attribution otherAttribution,
            List<String> otherSources,
            List<String> otherEventTypes) {
        return new Question(
                otherRange,
                granularities,
                severalGranularities,
                zone,
                otherAttribution,
                byAttribution,
                otherSources,
                otherEventTypes,
                mode,
                fillZero,
                selection);
    }

    /** The same, broken down by the values of a type of attribution. */
    Question byAttribution(String type) {
        return new Question(
                range,
                granularities,
                severalGranularities,
                zone,
                attribution,
                type,
                sources,
                eventTypes,
                mode,
                fillZero,
                selection);
    }
}

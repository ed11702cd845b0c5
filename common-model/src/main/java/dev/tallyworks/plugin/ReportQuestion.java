package dev.tallyworks.plugin;

import dev.tallyworks.event.Attribution;
import dev.tallyworks.time.TimeRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a report is asked about.
 *
 * @param report id; which one is asked can't be changed
 * @param range as it was given, epoch milliseconds
 * @param attribution null for the total
 * @param sources ids; empty means all
 * @param eventTypes empty means all
 */
public record ReportQuestion(
        String report,
        TimeRange range,
        @Nullable Attribution attribution,
        List<String> sources,
        List<String> eventTypes) {
    public ReportQuestion withAttribution(@Nullable Attribution other) {
        return new ReportQuestion(report, range, other, sources, eventTypes);
    }

    public ReportQuestion withSources(List<String> others) {
        return new ReportQuestion(report, range, attribution, others, eventTypes);
    }
}

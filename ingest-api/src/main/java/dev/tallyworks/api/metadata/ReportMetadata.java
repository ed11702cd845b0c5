package dev.tallyworks.api.metadata;

import dev.tallyworks.api.http.Times;
import dev.tallyworks.metadata.Facts;
import dev.tallyworks.metadata.NameKind;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Of what a report has counted. All lists in the order of their names.
 *
 * @param metrics sums by field, then counts by event type, as columns of datasets are named
 * @param groupableFields strings and booleans
 * @param sources ids
 * @param firstBucket when the first bucket begins that has something, null where nothing has been counted
 */
public record ReportMetadata(
        List<String> metrics,
        List<String> groupableFields,
        List<String> attributionTypes,
        List<String> sources,
        List<String> eventTypes,
        @Nullable String firstBucket,
        @Nullable String lastBucket) {

    static ReportMetadata of(Facts facts, SortedSet<String> sources) {
        Stream<String> sums =
                SourceMetadata.sorted(facts, NameKind.NUMBER).stream().map(field -> field + "_sum");
        Stream<String> counts =
                SourceMetadata.sorted(facts, NameKind.EVENT_TYPE).stream().map(type -> type + "_count");
        return new ReportMetadata(
                Stream.concat(sums, counts).distinct().toList(),
                SourceMetadata.sorted(facts, NameKind.GROUPABLE),
                SourceMetadata.sorted(facts, NameKind.ATTRIBUTION_TYPE),
                List.copyOf(sources),
                SourceMetadata.sorted(facts, NameKind.EVENT_TYPE),
                facts.hasInstants() ? Times.format(facts.firstMillis()) : null,
                facts.hasInstants() ? Times.format(facts.lastMillis()) : null);
    }
}

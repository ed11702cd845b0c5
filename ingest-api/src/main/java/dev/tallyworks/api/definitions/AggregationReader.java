package dev.tallyworks.api.definitions;

import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Retention;
import dev.tallyworks.time.Granularity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what clients say of aggregations, and fills in the defaults. */
final class AggregationReader {
    private static final Pattern TARGET = Pattern.compile("aggr_[a-z0-9_]{1,80}");
    private static final int VALUES_MAX = 100_000;
    private static final int LEAVES_MAX = 1_000_000;
    private static final long LENGTH_MAX = 1_000_000_000;
    private static final String WIDTHS =
            Arrays.stream(Granularity.values()).map(Granularity::id).collect(Collectors.joining(", "));

    /** What a request says of an aggregation. */
    record Given(
            String targetCollection,
            Granularity granularity,
            Aggregation.Filter filter,
            Aggregation.Partition partition,
            @Nullable Retention retention,
            Aggregation.Fields fields,
            Aggregation.Limits limits,
            boolean realtime,
            List<Granularity> rollupTo,
            Aggregation.Sketches sketches,
            boolean backfill) {
        /** What the numbers will mean. */
        Aggregation.Meaning meaning() {
            return new Aggregation.Meaning(granularity, filter, partition, fields, limits, rollupTo, sketches);
        }
    }

    private AggregationReader() {}

    static Given aggregation(Members body) {
        String target = body.requiredText("targetCollection");
        if (!target.isEmpty() && !TARGET.matcher(target).matches()) {
            body.invalid(
                    "targetCollection",
                    Problem.INVALID_VALUE,
                    "'targetCollection' must be aggr_ and 1 to 80 characters of a-z, 0-9 and _, not '" + target + "'.");
        } else if (target.isEmpty() && body.has("targetCollection")) {
            body.invalid("targetCollection", Problem.INVALID_VALUE, "'targetCollection' must not be empty.");
        }
        Granularity granularity = body.parsed("granularity", Granularity::byId, "one of " + WIDTHS)
                .orElse(Granularity.MINUTE);
        Aggregation.Filter filter = Optional.ofNullable(body.object("filter", AggregationReader::filter))
                .orElseGet(() -> {
                    if (!body.has("filter")) {
                        body.invalid(
                                "filter",
                                Problem.MISSING,
                                "'filter' is missing; {\"sources\": []} takes every source.");
                    }
                    return new Aggregation.Filter(List.of(), List.of());
                });
        Aggregation.Partition partition = Optional.ofNullable(body.object("partition", AggregationReader::partition))
                .orElse(new Aggregation.Partition(false, 0));
        Retention retention = body.object("retention", SourceReader::retention);
        if (retention != null && !partition.enabled()) {
            body.invalid(
                    "retention", Problem.INVALID_VALUE, "'retention' drops whole partitions, so it needs 'partition'.");
        }
        Aggregation.Fields fields = Optional.ofNullable(body.object(
                        "fields", read -> new Aggregation.Fields(read.texts("include"), read.texts("exclude"))))
                .orElse(new Aggregation.Fields(List.of(), List.of()));
        Aggregation.Limits limits = Optional.ofNullable(body.object(
                        "limits",
                        read -> new Aggregation.Limits((int) read.integer("values", 1, VALUES_MAX, 1_000), (int)
                                read.integer("leaves", 1, LEAVES_MAX, 10_000))))
                .orElse(new Aggregation.Limits(1_000, 10_000));
        boolean realtime = body.flag("realtime", true);
        List<Granularity> rollupTo = rollupTo(body, granularity);
        Aggregation.Sketches sketches = Optional.ofNullable(body.object(
                        "sketches", read -> new Aggregation.Sketches(read.texts("unique"), read.texts("percentiles"))))
                .orElse(new Aggregation.Sketches(List.of(), List.of()));
        boolean backfill = body.flag("backfill", false);
        return new Given(
                target,
                granularity,
                filter,
                partition,
                retention,
                fields,
                limits,
                realtime,
                rollupTo,
                sketches,
                backfill);
    }

    private static Aggregation.Partition partition(Members partition) {
        boolean enabled = partition.flag("enabled", false);
        long length = partition.integer("length", 0, LENGTH_MAX, 0);
        if (enabled && length < 1) {
            partition.invalid(
                    "length",
                    partition.has("length") ? Problem.INVALID_VALUE : Problem.MISSING,
                    "'length' says how many buckets a partition has: at least 1.");
        }
        return new Aggregation.Partition(enabled, length);
    }

    private static Aggregation.Filter filter(Members filter) {
        List<String> sources = filter.texts("sources");
        if (!filter.has("sources")) {
            filter.invalid("sources", Problem.MISSING, "'sources' is missing; [] takes every source.");
        }
        return new Aggregation.Filter(sources, filter.texts("eventTypes"));
    }

    private static List<Granularity> rollupTo(Members body, Granularity granularity) {
        List<Granularity> levels = new ArrayList<>();
        List<String> ids = body.texts("rollupTo");
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i);
            Optional<Granularity> level = Granularity.byId(id);
            if (level.isEmpty()) {
                body.invalid("rollupTo", "/" + i, Problem.INVALID_VALUE, "'" + id + "' is none of " + WIDTHS + ".");
            } else if (level.get() == granularity || !granularity.divides(level.get())) {
                body.invalid(
                        "rollupTo",
                        "/" + i,
                        Problem.INVALID_VALUE,
                        "'" + id + "' must be a whole multiple of the granularity " + granularity.id() + ".");
            } else {
                levels.add(level.get());
            }
        }
        return List.copyOf(levels);
    }
}

package dev.tallyworks.cli.definitions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.console.Console;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** An aggregation as options; what they can't say stands in a file. */
final class AggregationOptions {
    @Option(
            names = "--collection",
            paramLabel = "NAME",
            description = "where its numbers are kept: aggr_ and more of [a-z0-9_]")
    private @Nullable String collection;

    @Option(names = "--granularity", paramLabel = "WIDTH", description = "of its buckets, such as hour (minute)")
    private @Nullable String granularity;

    @Option(names = "--source", paramLabel = "SOURCE", description = "that feeds it; repeatable (all)")
    private List<String> sources = new ArrayList<>();

    @Option(names = "--type", paramLabel = "TYPE", description = "of events that feed it; repeatable (all)")
    private List<String> types = new ArrayList<>();

    @Option(names = "--partition", paramLabel = "LENGTH", description = "buckets of a partition (none)")
    private @Nullable Integer partition;

    @Option(names = "--hot-days", paramLabel = "DAYS", description = "how long its partitions are kept (for ever)")
    private @Nullable Integer hotDays;

    @Option(names = "--include", paramLabel = "FIELD", description = "that is counted; repeatable (all)")
    private List<String> include = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "FIELD", description = "that is not counted; repeatable")
    private List<String> exclude = new ArrayList<>();

    @Option(names = "--rollup-to", paramLabel = "WIDTH", description = "a coarser level beside it; repeatable")
    private List<String> rollupTo = new ArrayList<>();

    @Option(names = "--unique", paramLabel = "FIELD", description = "whose values UNIQUE counts; repeatable")
    private List<String> unique = new ArrayList<>();

    @Option(names = "--percentiles", paramLabel = "FIELD", description = "that PERCENTILE is asked of; repeatable")
    private List<String> percentiles = new ArrayList<>();

    @Option(names = "--no-realtime", description = "answers contain events only once they are aggregated")
    private boolean noRealtime;

    @Option(names = "--backfill", description = "counts what was recorded before, too")
    private boolean backfill;

    @Option(names = "--file", paramLabel = "FILE", description = "JSON with all else; - is standard input")
    private @Nullable String file;

    ObjectNode body(Console console) {
        ObjectNode body = Bodies.of(file, console);
        put(body, "targetCollection", collection);
        put(body, "granularity", granularity);
        put(body.withObject("/filter"), "sources", sources);
        put(body.withObject("/filter"), "eventTypes", types);
        if (!body.path("filter").has("sources")) {
            body.withObject("/filter").putArray("sources");
        }
        if (partition != null) {
            body.putObject("partition").put("enabled", true).put("length", partition);
        }
        if (hotDays != null) {
            body.withObject("/retention").put("hotDays", hotDays);
        }
        putIn(body, "fields", "include", include);
        putIn(body, "fields", "exclude", exclude);
        put(body, "rollupTo", rollupTo);
        putIn(body, "sketches", "unique", unique);
        putIn(body, "sketches", "percentiles", percentiles);
        if (noRealtime) {
            body.put("realtime", false);
        }
        if (backfill) {
            body.put("backfill", true);
        }
        return body;
    }

    private static void put(ObjectNode body, String name, @Nullable String value) {
        if (value != null) {
            body.put(name, value);
        }
    }

    private static void put(ObjectNode body, String name, List<String> values) {
        if (!values.isEmpty()) {
            values.forEach(body.putArray(name)::add);
        }
    }

    private static void putIn(ObjectNode body, String object, String name, List<String> values) {
        if (!values.isEmpty()) {
            put(body.withObject("/" + object), name, values);
        }
    }
}

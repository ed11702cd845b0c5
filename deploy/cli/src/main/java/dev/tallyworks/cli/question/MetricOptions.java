package dev.tallyworks.cli.question;

import dev.tallyworks.cli.api.Request;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is asked for. */
final class MetricOptions {
    @Option(
            names = {"-m", "--metric"},
            paramLabel = "METRIC",
            defaultValue = "COUNT",
            description = {
                "TYPE[:FIELD[:BY]], such as COUNT, SUM:amount, AVG:amount, MIN:amount, MAX:amount,",
                "CATEGORY:currency, COMPOUND_SUM:amount:currency, BOOLEAN:late, UNIQUE:user or",
                "PERCENTILE:amount with -p (${DEFAULT-VALUE})"
            })
    private String metric = "COUNT";

    @Option(
            names = {"-p", "--percentile"},
            paramLabel = "P",
            description = "which one, above 0 and below 100")
    private @Nullable String percentile;

    Request on(Request request) {
        return request.with("metric", metric).with("p", percentile);
    }
}

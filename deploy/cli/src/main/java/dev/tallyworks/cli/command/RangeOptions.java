package dev.tallyworks.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.api.Request;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A range of time. */
public final class RangeOptions {
    /** So far lie events ahead of the clock at most. */
    private static final Duration AHEAD = Duration.ofMinutes(5);

    @Option(names = "--start", paramLabel = "TIME", description = "such as 2026-01-31 or 2026-01-31T10:00:00+01:00")
    private @Nullable String start;

    @Option(names = "--end", paramLabel = "TIME", description = "excluded")
    private @Nullable String end;

    @Option(names = "--last", paramLabel = "TIME", description = "instead: so long before now, such as 24h or 7d")
    private @Nullable String last;

    /**
     * @param start included
     * @param end excluded
     */
    private record Range(String start, String end) {}

    /** Whether a range was given at all. */
    public boolean isGiven() {
        return start != null || end != null || last != null;
    }

    /** @throws UsageError where it is not given, or twice */
    public void check() {
        range();
    }

    private Range range() {
        if (last != null) {
            if (start != null || end != null) {
                throw new UsageError("--last says all of the range: give it, or --start and --end");
            }
            Instant now = Instant.now();
            return new Range(
                    now.minus(Times.span("--last", last)).toString(),
                    now.plus(AHEAD).toString());
        }
        if (start == null || end == null) {
            throw new UsageError("of which time? Give --start and --end, or --last such as 24h");
        }
        return new Range(Times.instant(start), Times.instant(end));
    }

    /**
     * As parameters.
     *
     * @throws UsageError where it is not given, or twice
     */
    public Request on(Request request) {
        Range range = range();
        return request.with("start", range.start()).with("end", range.end());
    }

    /** As a body with {@code timeRange}. */
    public ObjectNode body() {
        Range range = range();
        ObjectNode body = Json.object();
        body.putObject("timeRange").put("start", range.start()).put("end", range.end());
        return body;
    }
}

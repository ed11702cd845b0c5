package dev.tallyworks.api.query;

import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.realtime.Completeness;
import dev.tallyworks.realtime.RealtimeRollups;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.rollup.RollupScan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.function.LongSupplier;

/** The questions of one process, for a test that chooses its stores. */
public final class QueryProcess {
    private final QueryService queries;

    /** @param partial whether it says that it may lack something */
    public record Total(BigDecimal sum, boolean partial) {}

    public QueryProcess(
            Definitions definitions,
            RawEvents events,
            RealtimeRollups realtime,
            Completeness completeness,
            RealtimeWindow window,
            RollupScan stored,
            Clock clock,
            LongSupplier nanoTime) {
        queries = new QueryService(
                definitions,
                events,
                new RealtimeScan(realtime, completeness, window),
                new HistoricalScan(stored, (partition, series, range, selection, to) -> {}, Runnable::run),
                new PluggedQuestions(Hooks.none()),
                new QueryMetrics(new SimpleMeterRegistry()),
                clock,
                nanoTime);
    }

    /** The sum of a field over all time between two instants, combined. */
    public Total sum(String report, String field, String start, String end) {
        String asked = "{\"metric\": {\"type\": \"SUM\", \"field\": \"" + field + "\"}, \"granularity\": \"all\","
                + " \"timeRange\": {\"start\": \"" + start + "\", \"end\": \"" + end + "\"}}";
        Answer answer =
                queries.answer(report, QuestionReader.read(JsonBody.object(asked.getBytes(StandardCharsets.UTF_8))));
        BigDecimal sum = answer.points().stream().map(Point::value).reduce(BigDecimal.ZERO, BigDecimal::add);
        return new Total(sum, answer.partial());
    }
}

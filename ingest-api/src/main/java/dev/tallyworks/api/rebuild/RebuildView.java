package dev.tallyworks.api.rebuild;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.rebuild.Progress;
import dev.tallyworks.time.TimeRange;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A rebuild as answers show it.
 *
 * @param state {@code waiting} for a worker, {@code running}, {@code done}, {@code cancelled} or {@code failed}
 * @param aggregations their ids
 * @param timeRange null for all time
 * @param done events that were read
 * @param total events to read; 0 until they are counted
 * @param percent 100 only once the new numbers answer
 * @param etaSeconds null where it can't be told
 * @param error why it failed
 */
public record RebuildView(
        String id,
        String state,
        List<String> aggregations,
        @Nullable Range timeRange,
        String createdAt,
        long done,
        long total,
        int percent,
        @Nullable Long etaSeconds,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String error) {
    /** @param end excluded */
    public record Range(String start, String end) {
        static @Nullable Range of(@Nullable TimeRange range) {
            return range == null ? null : new Range(Times.format(range.startMillis()), Times.format(range.endMillis()));
        }
    }

    private static final int NEARLY = 99;

    static RebuildView of(Rebuild rebuild, Progress progress, long nowMillis) {
        boolean over = rebuild.state() == Rebuild.State.DONE;
        boolean waiting = rebuild.state() == Rebuild.State.RUNNING && progress.startedAtMillis() == 0;
        Long counted = progress.total();
        long total = counted == null ? 0 : counted;
        // Events of a source that was purged meanwhile are not read any more.
        long done = over ? total : Math.min(total, progress.done());
        return new RebuildView(
                rebuild.id(),
                waiting ? "waiting" : rebuild.state().name().toLowerCase(Locale.ROOT),
                rebuild.aggregations(),
                Range.of(rebuild.timeRange()),
                Times.format(rebuild.createdAt()),
                done,
                total,
                over ? 100 : percent(done, total),
                over ? Long.valueOf(0) : etaSeconds(rebuild, progress, done, total, nowMillis),
                rebuild.error());
    }

    private static int percent(long done, long total) {
        return total == 0 ? 0 : (int) Math.min(NEARLY, Math.multiplyExact(done, 100L) / total);
    }

    private static @Nullable Long etaSeconds(
            Rebuild rebuild, Progress progress, long done, long total, long nowMillis) {
        if (rebuild.state() != Rebuild.State.RUNNING || done == 0) {
            return null;
        }
        double millisEach = (double) Math.max(0, nowMillis - progress.startedAtMillis()) / done;
        return (long) Math.ceil(millisEach * (total - done) / 1_000);
    }
}

package dev.tallyworks.api.audit;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.time.TimeRange;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Compares stored numbers with raw events, and waits a while for those that were on their way. */
public final class AuditService {
    private static final long PAUSE_MILLIS = 100;
    private static final int TIMES_MAX = 10;

    private final AggregationAudit.Stores stores;
    private final Duration patience;
    private final AuditMetrics metrics;
    private final Clock clock;

    AuditService(AggregationAudit.Stores stores, Duration patience, AuditMetrics metrics, Clock clock) {
        this.stores = stores;
        this.patience = patience;
        this.metrics = metrics;
        this.clock = clock;
    }

    List<AuditedAggregation> audit(String report, TimeRange range) {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        Snapshot snapshot = stores.definitions().refresh();
        if (snapshot.report(report).isEmpty()) {
            throw Problem.notFound("There is no report '" + report + "'.");
        }
        List<AuditedAggregation> audited = new ArrayList<>();
        for (Aggregation aggregation : snapshot.aggregationsOf(report).stream()
                .sorted(Comparator.comparing(Aggregation::id))
                .toList()) {
            AuditedAggregation result = audit(aggregation, snapshot, range, deadlineNanos);
            metrics.audited(result);
            audited.add(result);
        }
        return audited;
    }

    /** Begins again where other numbers come into force meanwhile: the old ones get no more events. */
    private AuditedAggregation audit(Aggregation aggregation, Snapshot snapshot, TimeRange range, long deadlineNanos) {
        Aggregation audited = aggregation;
        Snapshot definitions = snapshot;
        for (int begun = 0; begun < TIMES_MAX; begun++) {
            AuditedAggregation result = new AggregationAudit(stores, definitions, audited, range, clock.millis())
                    .run(() -> goesOn(deadlineNanos));
            definitions = stores.definitions().refresh();
            Aggregation there = definitions.aggregation(aggregation.id()).orElse(audited);
            if (there.generations().eras().equals(audited.generations().eras())) {
                return result;
            }
            audited = there;
        }
        throw new Unavailable("the numbers keep being rebuilt", new IllegalStateException(TIMES_MAX + " times"));
    }

    private static boolean goesOn(long deadlineNanos) {
        if (System.nanoTime() - deadlineNanos >= 0) {
            return false;
        }
        pause();
        return true;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Unavailable("the audit was interrupted", interrupted);
        }
    }
}

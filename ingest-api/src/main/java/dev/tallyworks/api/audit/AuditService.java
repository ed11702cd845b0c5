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

    private final AggregationAudit.Stores stores;
    private final Duration patience;
    private final Clock clock;

    AuditService(AggregationAudit.Stores stores, Duration patience, Clock clock) {
        this.stores = stores;
        this.patience = patience;
        this.clock = clock;
    }

    List<AuditedAggregation> audit(String report, TimeRange range) {
        long deadlineNanos = System.nanoTime() + patience.toNanos();
        long begunMillis = clock.millis();
        Snapshot snapshot = stores.definitions().refresh();
        if (snapshot.report(report).isEmpty()) {
            throw Problem.notFound("There is no report '" + report + "'.");
        }
        List<AuditedAggregation> audited = new ArrayList<>();
        for (Aggregation aggregation : snapshot.aggregationsOf(report).stream()
                .sorted(Comparator.comparing(Aggregation::id))
                .toList()) {
            AggregationAudit audit = new AggregationAudit(stores, snapshot, aggregation, range, begunMillis);
            boolean done = audit.begin();
            while (!done && System.nanoTime() - deadlineNanos < 0) {
                pause();
                done = audit.goOn();
            }
            audited.add(audit.result());
        }
        return audited;
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

package dev.tallyworks.api.intake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What the intake counts and measures. */
final class CommitMetrics {
    private final MeterRegistry registry;
    private final Timer commits;
    private final DistributionSummary requests;
    private final Counter failed;
    private final Counter accepted;
    private final Counter duplicate;
    private final Counter rejected;

    CommitMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.commits = Timer.builder("tallyworks.intake.commits")
                .description("Group commits that were written")
                .publishPercentileHistogram(false)
                .register(registry);
        this.requests = DistributionSummary.builder("tallyworks.intake.commit.requests")
                .description("Requests that shared a group commit")
                .register(registry);
        this.failed = Counter.builder("tallyworks.intake.commit.failures")
                .description("Group commits that could not be written")
                .register(registry);
        this.accepted = events("accepted");
        this.duplicate = events("duplicate");
        this.rejected = events("rejected");
    }

    private Counter events(String outcome) {
        return Counter.builder("tallyworks.intake.events")
                .description("Posted events by outcome")
                .tag("outcome", outcome)
                .register(registry);
    }

    void buffered(LongSupplier events) {
        Gauge.builder("tallyworks.intake.buffered.events", events, LongSupplier::getAsLong)
                .description("Events that wait for or are in a group commit")
                .strongReference(true)
                .register(registry);
    }

    void committed(int sharing, long nanos) {
        commits.record(nanos, TimeUnit.NANOSECONDS);
        requests.record(sharing);
    }

    void failed(int sharing) {
        failed.increment();
        registry.counter("tallyworks.intake.refused.requests", "reason", "unavailable")
                .increment(sharing);
    }

    /** @param reason full or unavailable */
    void refused(String reason) {
        registry.counter("tallyworks.intake.refused.requests", "reason", reason).increment();
    }

    /** @param outcome done, failed, or skipped while the queue is known to be away */
    void enqueue(String outcome, int jobs) {
        registry.counter("tallyworks.intake.enqueued.jobs", "outcome", outcome).increment(jobs);
    }

    void outcomes(List<Outcome> outcomes) {
        int acceptedEvents = 0;
        int duplicateEvents = 0;
        for (Outcome outcome : outcomes) {
            if (outcome instanceof Outcome.Accepted) {
                acceptedEvents++;
            } else if (outcome instanceof Outcome.Duplicate) {
                duplicateEvents++;
            }
        }
        accepted.increment(acceptedEvents);
        duplicate.increment(duplicateEvents);
        rejected.increment(outcomes.size() - acceptedEvents - duplicateEvents);
    }
}

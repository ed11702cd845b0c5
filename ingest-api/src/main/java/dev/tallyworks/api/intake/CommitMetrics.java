package dev.tallyworks.api.intake;

import dev.tallyworks.telemetry.Buckets;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What the intake counts and measures. Everything is there from the beginning, at 0, so that its growth is seen. */
final class CommitMetrics {
    private final MeterRegistry registry;
    private final Timer commits;
    private final DistributionSummary requests;
    private final DistributionSummary events;
    private final Counter failed;
    private final Counter accepted;
    private final Counter duplicate;
    private final Map<Rejection.Code, Counter> rejected = new EnumMap<>(Rejection.Code.class);
    private final Map<Refused, Counter> refused = new EnumMap<>(Refused.class);
    private final Map<Enqueued, Counter> enqueued = new EnumMap<>(Enqueued.class);

    /** Why requests were told to come again. */
    enum Refused {
        FULL,
        UNAVAILABLE
    }

    /** What became of the jobs of recorded events. */
    enum Enqueued {
        DONE,
        FAILED,
        /** Not tried, while the queue is known to be away. */
        SKIPPED
    }

    CommitMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.commits = Timer.builder("tallyworks.intake.commit")
                .description("Time that group commits take, from the first look at the definitions to the answers")
                .serviceLevelObjectives(Buckets.durations())
                .register(registry);
        this.requests = DistributionSummary.builder("tallyworks.intake.commit.requests")
                .description("Requests that shared a group commit")
                .register(registry);
        this.events = DistributionSummary.builder("tallyworks.intake.commit.events")
                .description("Posted events of a group commit")
                .serviceLevelObjectives(Buckets.events())
                .register(registry);
        this.failed = Counter.builder("tallyworks.intake.commit.failures")
                .description("Group commits that could not be written")
                .register(registry);
        this.accepted = events("accepted");
        this.duplicate = events("duplicate");
        for (Rejection.Code code : Rejection.Code.values()) {
            rejected.put(
                    code,
                    Counter.builder("tallyworks.intake.rejected.events")
                            .description("Posted events that were not recorded, by why")
                            .tag("code", code.wireName())
                            .register(registry));
        }
        for (Refused why : Refused.values()) {
            refused.put(
                    why,
                    Counter.builder("tallyworks.intake.refused.requests")
                            .description("Requests that were told to come again, by why")
                            .tag("reason", tag(why))
                            .register(registry));
        }
        for (Enqueued how : Enqueued.values()) {
            enqueued.put(
                    how,
                    Counter.builder("tallyworks.intake.enqueued.jobs")
                            .description("Jobs of recorded events; the relay enqueues those that were not")
                            .tag("outcome", tag(how))
                            .register(registry));
        }
    }

    private static String tag(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private Counter events(String outcome) {
        return Counter.builder("tallyworks.intake.events")
                .description("Posted events that were recorded, or known already")
                .tag("outcome", outcome)
                .register(registry);
    }

    void buffered(LongSupplier waiting) {
        Gauge.builder("tallyworks.intake.buffered.events", waiting, LongSupplier::getAsLong)
                .description("Events that wait for or are in a group commit")
                .strongReference(true)
                .register(registry);
    }

    void committed(int sharing, long posted, long nanos) {
        commits.record(nanos, TimeUnit.NANOSECONDS);
        requests.record(sharing);
        events.record(posted);
    }

    void failed(int sharing) {
        failed.increment();
        counter(refused, Refused.UNAVAILABLE).increment(sharing);
    }

    void refused(Refused why) {
        counter(refused, why).increment();
    }

    void enqueue(Enqueued how, int jobs) {
        counter(enqueued, how).increment(jobs);
    }

    void outcomes(List<Outcome> outcomes) {
        int acceptedEvents = 0;
        int duplicateEvents = 0;
        for (Outcome outcome : outcomes) {
            if (outcome instanceof Outcome.Accepted) {
                acceptedEvents++;
            } else if (outcome instanceof Outcome.Duplicate) {
                duplicateEvents++;
            } else if (outcome instanceof Outcome.Rejected no) {
                counter(rejected, no.rejection().code()).increment();
            }
        }
        accepted.increment(acceptedEvents);
        duplicate.increment(duplicateEvents);
    }

    private static <K> Counter counter(Map<K, Counter> counters, K key) {
        Counter counter = counters.get(key);
        if (counter == null) {
            throw new IllegalStateException("no counter of " + key);
        }
        return counter;
    }
}

package dev.tallyworks.telemetry;

import dev.tallyworks.queue.JobQueue;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.function.ToDoubleFunction;

/** How many jobs are where. All processes of an installation tell the same; take the largest. */
public final class QueueGauges {
    private final JobQueue queue;
    private final Clock clock;
    private final Sample<JobQueue.State> state = new Sample<>();

    public QueueGauges(MeterRegistry registry, JobQueue queue, Clock clock) {
        this.queue = queue;
        this.clock = clock;
        jobs(registry, "ready", JobQueue.State::ready);
        jobs(registry, "processing", JobQueue.State::inProcess);
        jobs(registry, "delayed", JobQueue.State::delayed);
        Gauge.builder("tallyworks.queue.oldest.age", state, sample -> sample.number(this::oldestAgeSeconds))
                .description("How long the job that is claimed next has waited")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("tallyworks.queue.paused", state, sample -> sample.number(known -> known.held() ? 1 : 0))
                .description("1 while the queue gives out no jobs")
                .register(registry);
    }

    private void jobs(MeterRegistry registry, String place, ToDoubleFunction<JobQueue.State> count) {
        Gauge.builder("tallyworks.queue.jobs", state, sample -> sample.number(count))
                .description("Jobs in Redis by state")
                .tag("state", place)
                .register(registry);
    }

    private double oldestAgeSeconds(JobQueue.State known) {
        Long oldest = known.oldestEnqueuedAtMillis();
        return oldest == null ? 0 : Math.max(0, clock.millis() - oldest) / 1_000.0;
    }

    /**
     * Reads what the gauges show until the next time: one short step of the queue.
     *
     * @throws dev.tallyworks.failure.Unavailable where the queue does not answer
     */
    public void sample() {
        try {
            state.set(queue.state());
        } catch (RuntimeException away) {
            state.lose();
            throw away;
        }
    }
}

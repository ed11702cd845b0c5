package dev.tallyworks.api.operations;

import dev.tallyworks.api.http.Admin;
import dev.tallyworks.api.http.Page;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.lane.WorkerStatus;
import dev.tallyworks.lane.Workers;
import dev.tallyworks.queue.JobQueue;
import dev.tallyworks.queue.QueuePause;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** How queue and workers stand. */
@Admin
@Path("/api/v1")
@Tag(name = "Operation", description = "The state of queue and workers, and what could not be aggregated")
@Produces(MediaType.APPLICATION_JSON)
public class OperationsResource {
    private static final Logger LOG = Logger.getLogger(OperationsResource.class);
    /** Workers say every two seconds that they live. */
    static final Duration ALIVE_WITHIN = Duration.ofSeconds(15);

    private final JobQueue queue;
    private final QueuePause pause;
    private final Workers workers;
    private final Definitions definitions;
    private final RawEvents events;
    private final Clock clock;

    OperationsResource(
            JobQueue queue, QueuePause pause, Workers workers, Definitions definitions, RawEvents events, Clock clock) {
        this.queue = queue;
        this.pause = pause;
        this.workers = workers;
        this.definitions = definitions;
        this.events = events;
        this.clock = clock;
    }

    /** @param oldestAgeSeconds how long the job that is claimed next has waited; 0 where none is queued */
    public record QueueView(
            boolean paused,
            long ready,
            long processing,
            long delayed,
            long dead,
            BigDecimal oldestAgeSeconds,
            List<ShardView> shards) {}

    public record ShardView(
            String shard,
            boolean paused,
            long ready,
            long processing,
            long delayed,
            long dead,
            BigDecimal oldestAgeSeconds) {}

    public record WorkerView(
            String id,
            String version,
            String startedAt,
            String heartbeatAt,
            List<String> lanes,
            long inFlight,
            long processed,
            long failed,
            long configurationVersion) {
        static WorkerView of(WorkerStatus status) {
            return new WorkerView(
                    status.id(),
                    status.version(),
                    Times.format(status.startedAtMillis()),
                    Times.format(status.heartbeatAtMillis()),
                    status.lanes(),
                    status.inFlight(),
                    status.processed(),
                    status.failed(),
                    status.configurationVersion());
        }
    }

    @GET
    @Path("/queue")
    @Operation(summary = "How many jobs are where")
    public QueueView queue() {
        // MongoDB has the truth: Redis may have forgotten that it is paused.
        boolean paused = pause.isInForce();
        JobQueue.State state = queue.state();
        Long oldest = state.oldestEnqueuedAtMillis();
        BigDecimal age = BigDecimal.valueOf(oldest == null ? 0 : Math.max(0, clock.millis() - oldest), 3);
        // MongoDB has the truth about dead events: Redis may have lost some.
        long dead = InstallationGauges.countDead(events, definitions.refresh().sources());
        ShardView shard = new ShardView("0", paused, state.ready(), state.inProcess(), state.delayed(), dead, age);
        return new QueueView(paused, state.ready(), state.inProcess(), state.delayed(), dead, age, List.of(shard));
    }

    @POST
    @Path("/queue/pause")
    @Operation(
            summary = "Pause the queue",
            description = "After the answer no worker claims a job until the queue is resumed; running batches finish."
                    + " Events are accepted as ever, and answered as long as the realtime rollups hold them.")
    public QueueView pause() {
        return pause(true);
    }

    @POST
    @Path("/queue/resume")
    @Operation(summary = "Resume the queue")
    public QueueView resume() {
        return pause(false);
    }

    private QueueView pause(boolean paused) {
        pause.set(paused);
        try {
            queue.hold(paused);
        } catch (Unavailable away) {
            LOG.debug("the queue is told by the workers", away);
        }
        return queue();
    }

    @GET
    @Path("/workers")
    @Operation(summary = "List the workers that are alive")
    public Page<WorkerView> workers(@RestQuery @Nullable String limit, @RestQuery @Nullable String cursor) {
        List<WorkerStatus> alive = workers.since(clock.millis() - ALIVE_WITHIN.toMillis());
        Page<WorkerStatus> page = Page.of(alive, WorkerStatus::id, limit, cursor);
        return new Page<>(page.items().stream().map(WorkerView::of).toList(), page.nextCursor());
    }
}

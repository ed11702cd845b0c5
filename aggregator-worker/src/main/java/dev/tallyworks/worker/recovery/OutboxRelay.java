package dev.tallyworks.worker.recovery;

import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.Claim;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.event.PendingEvents;
import dev.tallyworks.event.PendingEvents.Pending;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Lanes;
import dev.tallyworks.queue.Job;
import dev.tallyworks.queue.JobQueue;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Enqueues pending events that no job stands for any more, and frees those whose claim is stale. Pending events are their
 * own outbox: whatever the queue loses is found here. It reads on through them in the order of receipt, a bounded part each
 * time, up to what may still be queued; a job too many is harmless.
 */
public final class OutboxRelay {
    private static final Logger LOG = Logger.getLogger(OutboxRelay.class);
    /** A commit that is under way has its events recorded a little before they are enqueued. */
    private static final long GRACE_MILLIS = 2_000;
    /** How long the relay leaves alone what it has enqueued. */
    private static final long POSTPONE_MILLIS = 10_000;

    private static final int SCAN_EVENTS = 1_000;
    private static final int SCANS_A_PASS_MAX = 20;

    private final Definitions definitions;
    private final PendingEvents events;
    private final Lanes lanes;
    private final JobQueue queue;
    private final LostEvents told;
    private final RecoveryMeter meter;
    private final Clock clock;
    private final Map<String, PendingEvents.ScanPosition> positions = new HashMap<>();

    /** Is told of events that nobody has a job for, before they are enqueued again. */
    @FunctionalInterface
    public interface LostEvents {
        void found(List<Pending> lost);
    }

    public OutboxRelay(
            Definitions definitions,
            PendingEvents events,
            Lanes lanes,
            JobQueue queue,
            LostEvents told,
            RecoveryMeter meter,
            Clock clock) {
        this.definitions = definitions;
        this.events = events;
        this.lanes = lanes;
        this.queue = queue;
        this.told = told;
        this.meter = meter;
        this.clock = clock;
    }

    /** One pass. Not to be run by two threads at once. */
    public void run() {
        JobQueue.State state = queue.state();
        long now = clock.millis();
        Long oldest = state.oldestEnqueuedAtMillis();
        long horizon = oldest == null ? now - GRACE_MILLIS : Math.min(now - GRACE_MILLIS, oldest);
        for (Source source : definitions.refresh().sources()) {
            if (source.state() != Source.State.PURGING) {
                pass(source.id(), horizon, now);
            }
        }
    }

    private void pass(String source, long horizonMillis, long nowMillis) {
        PendingEvents.ScanPosition position = positions.get(source);
        for (int scans = 0; scans < SCANS_A_PASS_MAX; scans++) {
            PendingEvents.Scan scan = events.scan(source, position, horizonMillis, SCAN_EVENTS);
            boolean lost = relay(scan.events(), horizonMillis, nowMillis);
            position = scan.next();
            if (position == null || !lost) {
                break; // the next pass begins with the oldest, or goes on; what is being worked on is looked at seldom
            }
        }
        if (position == null) {
            positions.remove(source);
        } else {
            positions.put(source, position);
        }
    }

    /** @return whether any of them were lost */
    private boolean relay(List<Pending> scanned, long horizonMillis, long nowMillis) {
        List<Pending> lost = new ArrayList<>();
        List<Pending> claimed = new ArrayList<>();
        for (Pending event : scanned) {
            if (event.claim() != null) {
                claimed.add(event);
            } else if (event.notBeforeMillis() < horizonMillis) {
                lost.add(event);
            }
        }
        lost.addAll(freed(claimed));
        if (lost.isEmpty()) {
            return false;
        }
        told.found(lost);
        List<EventRef> refs = lost.stream().map(Pending::ref).toList();
        events.postpone(refs, nowMillis + POSTPONE_MILLIS);
        queue.enqueue(lost.stream()
                .map(event -> new Job(event.ref(), event.sizeBytes(), nowMillis, ""))
                .toList());
        meter.relayed(lost.size());
        LOG.infof(
                "enqueued %d pending events again, the oldest of %d ms ago",
                lost.size(), nowMillis - lost.get(0).receivedAtMillis());
        return true;
    }

    /** An owner that wakes up late may claim an event for a batch that its lane has left behind: nobody works on it. */
    private List<Pending> freed(List<Pending> claimed) {
        if (claimed.isEmpty()) {
            return List.of();
        }
        Map<String, LaneStatus> byId =
                lanes.all().stream().collect(Collectors.toMap(LaneStatus::id, Function.identity()));
        List<Pending> freed = new ArrayList<>();
        for (Pending event : claimed) {
            Claim claim = event.claim();
            if (claim == null) {
                continue;
            }
            LaneStatus lane = byId.get(claim.lane());
            if (lane != null && lane.hasLeftBehind(claim.seq()) && events.unclaim(event.ref(), claim)) {
                meter.freed();
                freed.add(event);
            }
        }
        return freed;
    }
}

package dev.tallyworks.worker.lease;

import dev.tallyworks.lane.Lane;
import dev.tallyworks.lane.LaneStatus;
import dev.tallyworks.lane.Lanes;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** Where free lanes are taken: by lease alone, those with a batch left behind first. */
public final class LaneOffice {
    private final Lanes lanes;
    private final Clock clock;
    private final Duration lease;
    private final String worker;
    private final Random random;

    /**
     * @param worker the process' id, for operators to see
     * @param random decides between lanes that are as good as each other
     */
    public LaneOffice(Lanes lanes, Clock clock, Duration lease, String worker, Random random) {
        this.lanes = lanes;
        this.clock = clock;
        this.lease = lease;
        this.worker = worker;
        this.random = random;
    }

    Optional<Lane> take() {
        List<LaneStatus> free = new ArrayList<>(lanes.all());
        free.removeIf(lane -> !lane.isFreeAt(clock.millis()));
        Collections.shuffle(free, random); // so that workers that start together don't all try the same one
        free.sort(Comparator.comparing(LaneStatus::done));
        for (LaneStatus lane : free) {
            Optional<Lane> taken = take(lane);
            if (taken.isPresent()) {
                return taken;
            }
        }
        return Optional.empty();
    }

    /** Takes this very lane, if nothing has changed about it since it was seen. */
    public Optional<Lane> take(LaneStatus seen) {
        String owner = worker + "/" + UUID.randomUUID();
        return lanes.acquire(seen, owner, clock.millis(), lease.toMillis());
    }
}

package dev.tallyworks.worker.protocol;

import dev.tallyworks.rebuild.Progress;
import dev.tallyworks.rebuild.Rebuilds;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who is at a rebuild and how far it is, as the port says. */
final class RebuildsInMemory implements Rebuilds {
    private static final class Document {
        long epoch;
        long leaseUntil;
        Progress progress = Progress.NONE;
    }

    private final Map<String, Document> rebuilds = new HashMap<>();
    private final Turns turns;

    RebuildsInMemory(Turns turns) {
        this.turns = turns;
    }

    @Override
    public Optional<Lease> take(String rebuild, String owner, long nowMillis, long leaseMillis) {
        Document there = rebuilds.computeIfAbsent(rebuild, id -> new Document());
        @Nullable Lease[] taken = new Lease[1];
        turns.change("take rebuild", () -> {
            boolean free = there.leaseUntil < nowMillis;
            if (free) {
                there.epoch++;
                there.leaseUntil = nowMillis + leaseMillis;
                taken[0] = new Lease(rebuild, there.epoch, there.progress);
            }
            return free;
        });
        return Optional.ofNullable(taken[0]);
    }

    @Override
    public boolean write(Lease lease, Progress progress, long leaseUntilMillis) {
        Document there = rebuilds.get(lease.rebuild());
        return turns.change("write progress: window " + progress.seq(), () -> {
            boolean held = there.epoch == lease.epoch();
            if (held) {
                there.leaseUntil = leaseUntilMillis;
                if (!there.progress.equals(progress)) {
                    turns.changed();
                }
                there.progress = progress;
            }
            return held;
        });
    }

    @Override
    public void release(Lease lease) {
        Document there = rebuilds.get(lease.rebuild());
        turns.change("give the rebuild up", () -> {
            boolean held = there.epoch == lease.epoch();
            if (held) {
                there.leaseUntil = 0;
            }
            return held;
        });
    }

    @Override
    public Map<String, Progress> progress(Collection<String> ids) {
        Map<String, Progress> found = new HashMap<>();
        rebuilds.forEach((id, there) -> found.put(id, there.progress));
        found.keySet().retainAll(ids);
        return found;
    }
}

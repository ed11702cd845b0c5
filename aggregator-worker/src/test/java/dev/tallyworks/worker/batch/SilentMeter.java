package dev.tallyworks.worker.batch;

import dev.tallyworks.queue.Job;
import java.util.Collection;

/** Hears nothing. */
public final class SilentMeter implements BatchMeter {
    @Override
    public void takenOver(boolean sealed) {}

    @Override
    public Batch begin(String lane, int candidates, Collection<Job> jobs) {
        return new Batch() {
            @Override
            public void ended(Phase phase) {}

            @Override
            public void done(int events, int failed) {}

            @Override
            public void close() {}
        };
    }
}

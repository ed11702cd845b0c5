package dev.tallyworks.cli;

import dev.tallyworks.cli.api.Waiting;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes at once, and only by sleeping. */
public final class QuickTime implements Waiting {
    private final AtomicLong nanos = new AtomicLong();
    private final List<Long> sleptMillis = new CopyOnWriteArrayList<>();

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public void sleep(long millis) {
        sleptMillis.add(millis);
        nanos.addAndGet(millis * 1_000_000);
    }

    public List<Long> sleptMillis() {
        return List.copyOf(sleptMillis);
    }
}

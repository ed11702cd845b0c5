package dev.tallyworks.api.intake;

import org.jspecify.annotations.Nullable;

/** Nothing of a request was acceptable: its one event, or every event of its batch. */
final class AllRejected extends RuntimeException {
    private final transient @Nullable Rejection event;
    private final transient @Nullable BatchView batch;

    private AllRejected(String message, @Nullable Rejection event, @Nullable BatchView batch) {
        super(message, null, false, false);
        this.event = event;
        this.batch = batch;
    }

    static AllRejected of(Rejection event) {
        return new AllRejected(event.detail(), event, null);
    }

    static AllRejected of(BatchView batch) {
        return new AllRejected("all " + batch.rejected() + " events were rejected", null, batch);
    }

    /** Of a request with one event. */
    @Nullable
    Rejection event() {
        return event;
    }

    /** Of a batch. */
    @Nullable
    BatchView batch() {
        return batch;
    }
}

package dev.tallyworks.api.intake;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A request that waits for its commit.
 *
 * @param trace what its jobs carry; empty where it is not traced
 */
record Submission(
        String source, PostedBody body, String trace, long sinceNanos, CompletableFuture<List<Outcome>> answer) {
    /** An empty batch takes a place too. */
    int weight() {
        return Math.max(1, body.events().size());
    }

    void fail(RuntimeException why) {
        answer.completeExceptionally(why);
    }
}

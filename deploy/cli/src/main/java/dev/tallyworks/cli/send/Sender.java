package dev.tallyworks.cli.send;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps several batches under way at once, and notes them in the order of the file. */
final class Sender {
    /** So many batches for each connection are read ahead, so that a slow one does not hold up the others at once. */
    private static final int AHEAD = 2;

    private static final long ENDING_SECONDS = 5;

    private final BatchReader batches;
    private final BatchPost post;
    private final Ledger ledger;
    private final int connections;
    private final Deque<UnderWay> underWay = new ArrayDeque<>();

    private record UnderWay(Batch batch, Future<Posted> posted) {}

    Sender(BatchReader batches, BatchPost post, Ledger ledger, int connections) {
        this.batches = batches;
        this.post = post;
        this.ledger = ledger;
        this.connections = connections;
    }

    /**
     * Returns when the whole file is done.
     *
     * @throws RuntimeException the first failure of a batch; all before it is noted
     */
    void run() throws IOException, InterruptedException {
        ExecutorService executor = Executors.newFixedThreadPool(connections, work -> {
            Thread thread = new Thread(work, "send");
            thread.setDaemon(true);
            return thread;
        });
        try {
            for (@Nullable Batch batch = batches.next(); batch != null; batch = batches.next()) {
                Batch next = batch;
                underWay.add(new UnderWay(next, executor.submit(() -> post.post(next.events()))));
                while (underWay.size() >= AHEAD * connections || isFirstDone()) {
                    settleFirst();
                }
            }
            while (!underWay.isEmpty()) {
                settleFirst();
            }
        } finally {
            executor.shutdownNow();
            // What was under way ends at once, and says nothing more.
            executor.awaitTermination(ENDING_SECONDS, TimeUnit.SECONDS);
        }
    }

    private boolean isFirstDone() {
        return !underWay.isEmpty() && underWay.getFirst().posted().isDone();
    }

    private void settleFirst() throws IOException, InterruptedException {
        UnderWay first = underWay.removeFirst();
        try {
            ledger.note(first.batch(), first.posted().get());
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(failed.getCause());
        }
    }
}

package dev.tallyworks.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/** Calls made by many threads at once, each as soon as its last one is answered, until a time or a count is over. */
final class Load {
    private static final long GRACE_SECONDS = 60;
    private static final long LATENCY_MICROS_MAX = TimeUnit.MINUTES.toMicros(2);

    private Load() {}

    /** Makes calls. Each thread has its own. */
    interface Caller extends AutoCloseable {
        /** Handles {@code count} items from this one on. */
        void call(long first, int count) throws Exception;

        @Override
        default void close() throws IOException {}
    }

    /**
     * What came out.
     *
     * @param items the first so many were handled, without a gap
     */
    record Result(long items, double seconds, Histogram latencyMicros) {
        double perSecond() {
            return items / seconds;
        }

        double millisAtPercentile(double percentile) {
            return latencyMicros.getValueAtPercentile(percentile) / 1_000.0;
        }
    }

    /**
     * @param size items of each call
     * @param itemsMax no more than these
     * @param timeMax no call begins later
     * @throws IllegalStateException where a call failed
     */
    static Result run(int threads, int size, long itemsMax, Duration timeMax, Callable<Caller> callers) {
        AtomicLong next = new AtomicLong();
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            long begun = System.nanoTime();
            long end = begun + timeMax.toNanos();
            List<Future<Histogram>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(() -> {
                    Histogram latency = new Histogram(LATENCY_MICROS_MAX, 3);
                    try (Caller caller = callers.call()) {
                        while (System.nanoTime() < end) {
                            long first = next.getAndAdd(size);
                            if (first >= itemsMax) {
                                next.addAndGet(-size);
                                break;
                            }
                            long sent = System.nanoTime();
                            caller.call(first, (int) Math.min(size, itemsMax - first));
                            latency.recordValue(Math.min(LATENCY_MICROS_MAX, (System.nanoTime() - sent) / 1_000));
                        }
                    }
                    return latency;
                }));
            }
            Histogram all = new Histogram(LATENCY_MICROS_MAX, 3);
            for (Future<Histogram> one : running) {
                all.add(one.get(timeMax.toSeconds() + GRACE_SECONDS, TimeUnit.SECONDS));
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            return new Result(Math.min(itemsMax, next.get()), seconds, all);
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a call failed: " + failed.getCause(), failed.getCause());
        } catch (TimeoutException late) {
            throw new IllegalStateException("a call takes longer than " + GRACE_SECONDS + " s", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        } finally {
            pool.shutdownNow();
        }
    }
}

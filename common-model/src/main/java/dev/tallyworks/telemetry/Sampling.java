package dev.tallyworks.telemetry;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Reads over and over what gauges show, so that a scrape asks no store. It takes no more than a tenth of its time, however
 * long a reading takes.
 */
public final class Sampling implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Sampling.class);
    private static final int PART_OF_TIME = 10;

    private final Runnable reading;
    private final Duration pause;
    private final Thread thread = new Thread(this::run, "telemetry");

    /** @param pause between two readings, at least */
    public Sampling(Runnable reading, Duration pause) {
        this.reading = reading;
        this.pause = pause;
        thread.setDaemon(true);
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                long begunNanos = System.nanoTime();
                read();
                long tookNanos = System.nanoTime() - begunNanos;
                TimeUnit.NANOSECONDS.sleep(Math.max(pause.toNanos(), (PART_OF_TIME - 1) * tookNanos));
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try {
            reading.run();
        } catch (RuntimeException fault) {
            LOG.debug("what gauges show could not be read", fault);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}

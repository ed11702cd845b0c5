package dev.tallyworks.cli.api;

import java.util.concurrent.TimeUnit;

/** Time, as far as waiting goes. */
public interface Waiting {
    /** The clock and the sleep of this machine. */
    Waiting REAL = new Waiting() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void sleep(long millis) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(millis);
        }
    };

    /** Of a clock that only goes forward. */
    long nanos();

    void sleep(long millis) throws InterruptedException;
}

package dev.tallyworks.cli.api;

import java.util.random.RandomGenerator;

/**
 * How long to wait before the next try: twice as long each time, up to a bound, at least as long as the server asks for, and
 * spread so that many clients do not come back at once.
 */
public final class Backoff {
    private static final long FIRST_MILLIS = 250;
    private static final long LAST_MILLIS = 10_000;
    private static final int DOUBLINGS_MAX = 10;
    /** Of what the server asks for, this part is added at most. */
    private static final int SPREAD = 4;

    private final RandomGenerator random;

    public Backoff(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param tries so far, at least 1
     * @param retryAfterSeconds what the server asks for; 0 where it asks for nothing
     */
    public long millis(int tries, long retryAfterSeconds) {
        long asked = Math.multiplyExact(Math.min(retryAfterSeconds, Integer.MAX_VALUE), 1_000L);
        long own = Math.min(LAST_MILLIS, FIRST_MILLIS << Math.min(tries - 1, DOUBLINGS_MAX));
        if (asked >= own) {
            return asked + random.nextLong(asked / SPREAD + 1);
        }
        return Math.max(asked, own / 2 + random.nextLong(own / 2 + 1));
    }
}

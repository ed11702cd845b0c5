package dev.tallyworks.queue;

import java.util.random.RandomGenerator;

/**
 * When a job whose event failed is tried again: {@code first × 2^(n−1)}, half of it at random, so that what failed together
 * does not come back together.
 *
 * @param firstMillis the pause after the first failure
 * @param capMillis no pause is longer
 * @param attemptsMax with this failure the event dies
 */
public record RetryPolicy(long firstMillis, long capMillis, int attemptsMax) {
    public static final RetryPolicy DEFAULT = new RetryPolicy(250, 300_000, 15);

    public RetryPolicy {
        if (firstMillis < 1 || capMillis < firstMillis || attemptsMax < 1) {
            throw new IllegalArgumentException(
                    "pauses must be at least 1 ms, the longest no shorter than the first, and"
                            + " there must be an attempt: " + firstMillis + ", " + capMillis + ", " + attemptsMax);
        }
    }

    /** @param attempts failures so far, at least 1 */
    public long pauseMillis(int attempts, RandomGenerator random) {
        int doublings = attempts - 1;
        boolean capped = doublings >= Long.SIZE || firstMillis > capMillis >> doublings;
        long full = capped ? capMillis : firstMillis << doublings;
        return full / 2 + random.nextLong(full / 2 + 1);
    }
}

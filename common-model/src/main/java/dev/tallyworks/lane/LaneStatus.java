package dev.tallyworks.lane;

/**
 * How a lane stands, without the events of its batch.
 *
 * @param owner of the running or the last lease; empty where it never had one
 * @param leaseUntilMillis when the lease runs out, epoch milliseconds; 0 where it was given up
 * @param version of the definitions that the batch goes by, where it is not done
 */
public record LaneStatus(
        String id, long epoch, String owner, long leaseUntilMillis, long seq, boolean done, long version) {
    public boolean isFreeAt(long nowMillis) {
        return leaseUntilMillis < nowMillis;
    }

    /** Whether its last owner gave it up, rather than died or went missing. */
    public boolean wasGivenUp() {
        return leaseUntilMillis == 0;
    }

    /** Whether a batch is over: then nobody works on its events any more, and its claims are stale. */
    public boolean hasLeftBehind(long batchSeq) {
        return seq > batchSeq || seq == batchSeq && done;
    }
}

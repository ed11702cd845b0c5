package dev.tallyworks.rebuild;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * How far rebuilds are, and who is at them: at each one worker at a time, under a lease. That there is a rebuild, and how it
 * ended, is for the definitions to say. Each method is one atomic change of one document; failures as in {@link
 * dev.tallyworks.lane.Lanes}, and after them the same call may be repeated.
 */
public interface Rebuilds {
    /**
     * Takes a rebuild that nobody is at.
     *
     * @param owner unique to this lease
     * @return empty where somebody is at it
     */
    Optional<Lease> take(String rebuild, String owner, long nowMillis, long leaseMillis);

    /**
     * Writes how far it is, and prolongs the lease.
     *
     * @return whether the lease is still this one; if not, nothing happened
     */
    boolean write(Lease lease, Progress progress, long leaseUntilMillis);

    /** Gives a rebuild up, for anybody to take. */
    void release(Lease lease);

    /** How far those of these rebuilds are that were ever taken. */
    Map<String, Progress> progress(Collection<String> rebuilds);

    /**
     * A rebuild with who is at it.
     *
     * @param epoch grows with each change of owner
     * @param progress that the owner before left
     */
    record Lease(String rebuild, long epoch, Progress progress) {}
}

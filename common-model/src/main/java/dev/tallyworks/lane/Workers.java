package dev.tallyworks.lane;

import java.util.List;

/** The workers that are alive, for operators to see; nothing hangs on it. */
public interface Workers {
    void report(WorkerStatus status);

    void leave(String worker);

    /** Those heard of since then. */
    List<WorkerStatus> since(long heartbeatAtMillis);

    /** Forgets those not heard of since then. */
    void forgetBefore(long heartbeatAtMillis);
}

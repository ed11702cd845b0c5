package dev.tallyworks.thread;

import java.util.concurrent.ThreadFactory;

/** Threads for executors, which keep no process from its end. */
public final class DaemonThreads {
    private DaemonThreads() {}

    /** All of one name, as it stands in logs. */
    public static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}

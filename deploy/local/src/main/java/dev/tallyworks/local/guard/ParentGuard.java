package dev.tallyworks.local.guard;

import java.io.IOException;
import java.io.InputStream;

/**
 * Ends a process whose parent is gone, even if that was killed: its standard input is a pipe that only the parent holds open.
 * Loaded as an agent into applications, which need not know of it.
 */
public final class ParentGuard {
    /** An application drains for 30 s at most. */
    private static final long STOP_MILLIS_MAX = 35_000;

    private ParentGuard() {}

    public static void premain(String arguments) {
        start();
    }

    public static void start() {
        daemon("parent-guard", () -> {
            awaitEnd(System.in);
            daemon("parent-guard-halt", ParentGuard::haltLater);
            System.exit(0);
        });
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void awaitEnd(InputStream in) {
        try {
            while (in.read() >= 0) {
                // Nobody writes anything; only the end counts.
            }
        } catch (IOException broken) {
            // A broken pipe is an end as well.
        }
    }

    private static void haltLater() {
        try {
            Thread.sleep(STOP_MILLIS_MAX);
            Runtime.getRuntime().halt(1);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }
}

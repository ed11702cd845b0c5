package dev.tallyworks.definition;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Keeps what a process knows of the definitions fresh between its own reads: when there is news, and now and then. */
public final class DefinitionWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(DefinitionWatch.class);

    private final Definitions definitions;
    private final DefinitionNews news;
    private final Duration pause;
    private final Thread thread = new Thread(this::watch, "definitions");
    private final Semaphore wake = new Semaphore(0);
    private volatile boolean closed;

    /** @param pause the longest time between two looks */
    public DefinitionWatch(Definitions definitions, DefinitionNews news, Duration pause) {
        this.definitions = definitions;
        this.news = news;
        this.pause = pause;
    }

    public void start() {
        news.listen(version -> {
            if (version != definitions.known().version()) {
                wake.release();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        try {
            while (!closed) {
                try {
                    definitions.refresh();
                } catch (RuntimeException away) {
                    LOG.debug("definitions: read again in a moment", away);
                }
                wake.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS);
                wake.drainPermits(); // one look answers all news so far
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        news.close();
        thread.interrupt();
    }
}

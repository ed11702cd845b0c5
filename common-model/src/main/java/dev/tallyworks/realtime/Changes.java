package dev.tallyworks.realtime;

import dev.tallyworks.thread.DaemonThreads;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Gathers what is changed and announces it a few times a second, however often that is. */
public final class Changes implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Changes.class);
    private static final long PAUSE_MILLIS = 100;

    private final ChangeNews news;
    private final Set<String> changed = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService announcing =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("changes"));

    public Changes(ChangeNews news) {
        this.news = news;
        announcing.scheduleWithFixedDelay(this::announce, PAUSE_MILLIS, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Events of a source were accepted or counted. */
    public void of(String source) {
        changed.add(source);
    }

    private void announce() {
        if (changed.isEmpty()) {
            return;
        }
        Set<String> taken = new HashSet<>(changed);
        changed.removeAll(taken);
        try {
            news.announce(taken);
        } catch (RuntimeException lost) {
            LOG.debug("changes: the news went nowhere", lost);
        }
    }

    @Override
    public void close() {
        announcing.shutdownNow();
    }
}

package dev.tallyworks.format;

import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Lets a process work on the stored data only once it is known to understand them, and tells it to end should that change: a
 * newer release may raise the number while it runs.
 */
public final class FormatGuard implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(FormatGuard.class);

    private final StoredFormat stored;
    private final Formats formats;
    private final Duration pause;
    private final Runnable admitted;
    private final Consumer<String> refused;
    private final Thread thread = new Thread(this::watch, "format");
    private boolean working;

    /**
     * @param pause between two looks
     * @param admitted is run once, when the data are known to be understood
     * @param refused is told why they are not; to end the process
     */
    public FormatGuard(
            StoredFormat stored, Formats formats, Duration pause, Runnable admitted, Consumer<String> refused) {
        this.stored = stored;
        this.formats = formats;
        this.pause = pause;
        this.admitted = admitted;
        this.refused = refused;
    }

    /** Looks at once, and goes on looking beside. */
    public void start() {
        if (look()) {
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void watch() {
        try {
            do {
                TimeUnit.MILLISECONDS.sleep(pause.toMillis());
            } while (look());
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether to go on. */
    private boolean look() {
        try {
            OptionalInt standing = stored.standing();
            Optional<String> objection = formats.objection(standing);
            if (objection.isPresent()) {
                refused.accept(objection.get());
                return false;
            }
            if (!working) {
                if (standing.isEmpty() || standing.getAsInt() < formats.written()) {
                    stored.raiseTo(formats.written());
                }
                working = true;
                admitted.run();
            }
        } catch (Unavailable | OutcomeUnknown away) {
            LOG.debug("the format of the stored data is not known: looked for again in a moment", away);
        }
        return true;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}

package dev.tallyworks.realtime;

import java.util.Set;
import java.util.function.Consumer;

/**
 * Tells all processes of which sources events were accepted or counted, so that who shows answers asks again. News may get
 * lost, so nothing may hang on them but how soon.
 */
public interface ChangeNews extends AutoCloseable {
    /** Waits for nothing. */
    void announce(Set<String> sources);

    /** To be called once. The listener must not block. */
    void listen(Consumer<Set<String>> listener);

    @Override
    void close();
}

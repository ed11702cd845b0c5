package dev.tallyworks.definition;

import java.util.function.LongConsumer;

/**
 * Tells other processes soon that the definitions have changed. It may lose any message: whoever must know reads the store
 * ({@link Definitions#refresh}).
 */
public interface DefinitionNews extends AutoCloseable {
    /** Neither blocks nor throws. */
    void announce(long version);

    /**
     * @param listener is told of versions that any process announces, possibly of its own, on a thread that it must not block
     */
    void listen(LongConsumer listener);

    @Override
    void close();
}

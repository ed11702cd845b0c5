package dev.tallyworks.plugin;

/** Is told of the beginning and the end of a process. */
public interface EngineHook extends Plugin {
    /**
     * Action, before anything is taken. It is waited for.
     *
     * @param application {@code ingest-api} or {@code aggregator-worker}: a plugin is part of both
     */
    default void onEngineInit(String application) {}

    /** Action, when nothing is taken any more. */
    default void onEngineShutdown() {}
}

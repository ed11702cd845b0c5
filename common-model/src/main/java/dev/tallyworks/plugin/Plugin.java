package dev.tallyworks.plugin;

/** What all hooks have. A plugin may implement several kinds of them. */
public interface Plugin {
    /** Names it in logs, metrics and refusals. */
    default String name() {
        return getClass().getSimpleName();
    }

    /** Smaller ones are called first, equal ones in the order of their names. */
    default int order() {
        return 0;
    }
}

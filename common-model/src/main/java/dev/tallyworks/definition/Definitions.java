package dev.tallyworks.definition;

/**
 * The definitions with their history, kept in memory and rolled forward from the log in the store. Reading what is in memory
 * never fails; {@link #refresh} reads the store and throws {@link dev.tallyworks.failure.Unavailable} where it can't.
 */
public interface Definitions {
    /** The newest version that this process knows; another process may have committed newer ones. */
    Snapshot known();

    /** The newest version there is: one small read of the store, and of what is new since the last. */
    Snapshot refresh();

    /**
     * The definitions as of a version.
     *
     * @param version at most {@code known().version()}
     */
    Snapshot asOf(long version);
}

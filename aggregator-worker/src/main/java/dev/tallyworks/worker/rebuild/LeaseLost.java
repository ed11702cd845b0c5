package dev.tallyworks.worker.rebuild;

/** Another worker is at the rebuild now. */
final class LeaseLost extends Exception {
    LeaseLost(String rebuild) {
        super("rebuild " + rebuild, null, false, false);
    }
}

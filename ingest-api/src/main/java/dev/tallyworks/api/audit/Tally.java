package dev.tallyworks.api.audit;

/**
 * What is known of one cell. The raw events are read before the rollups and after them, so that an event on its way between
 * the two does not look like a difference:
 *
 * <pre>
 * done, as read before ≤ counted ≤ done or pending, as read after
 * </pre>
 */
final class Tally {
    private long doneBefore;
    private long doneAfter;
    private long pendingAfter;
    private long overdueAfter;
    private long counted;
    private boolean figuresDiffer;

    void doneBefore() {
        doneBefore++;
    }

    void doneAfter() {
        doneAfter++;
    }

    /** @param overdue whether it was pending already when the audit began */
    void pendingAfter(boolean overdue) {
        pendingAfter++;
        overdueAfter += overdue ? 1 : 0;
    }

    void counted(long events) {
        counted += events;
    }

    /** Sums and the like are not those of the events that are done. */
    void figuresDiffer() {
        figuresDiffer = true;
    }

    long counted() {
        return counted;
    }

    /** Whether nothing was on its way. */
    boolean isSettled() {
        return doneBefore == doneAfter && pendingAfter == 0;
    }

    /** Whether every event that was there when the audit began is where it should be, as far as can be told. */
    boolean isRight() {
        // What was on its way may have come to the figures, or not.
        return isCountRight() && !(figuresDiffer && isSettled());
    }

    private boolean isCountRight() {
        return counted >= doneBefore + overdueAfter && counted <= doneAfter + pendingAfter;
    }

    /** Whether some event that was pending when the audit began still is. */
    boolean isWaitedFor() {
        return overdueAfter > 0;
    }

    /** The events that it should hold: where some are on their way and nothing is wrong, those that it does. */
    long events() {
        return isCountRight() ? counted : doneAfter + pendingAfter;
    }
}

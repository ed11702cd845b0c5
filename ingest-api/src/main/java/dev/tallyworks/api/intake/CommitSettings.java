package dev.tallyworks.api.intake;

import java.time.Duration;

/** How posted events are gathered and written. */
public interface CommitSettings {
    /** Threads that write, each one commit at a time. */
    int writers();

    /** Events a commit, unless one request alone has more. */
    int commitEventsMax();

    /** Bytes of request bodies a commit, unless one request alone has more. */
    int commitBytesMax();

    /** Events that wait or are being written; beyond, requests are refused. */
    int bufferEventsMax();

    /** Bytes of request bodies that wait or are being written; beyond, requests are refused. */
    long bufferBytesMax();

    /**
     * How long an insert of unknown outcome is repeated. A commit that took longer reads the definitions again before it
     * answers.
     */
    Duration commitDeadline();

    /** After this a request is refused, whatever its commit is waiting for. */
    Duration answerDeadline();
}

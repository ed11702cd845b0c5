package dev.tallyworks.api.live;

import java.time.Duration;

/** Bounds of live streams in one process. */
public interface LiveSettings {
    /** Viewers at once; more are refused. */
    int viewersMax();

    /** Different questions at once; more are refused. */
    int questionsMax();

    /** A viewer who has taken nothing for so long, while there was something, is dropped. */
    Duration stuckAfter();

    /** After so long without a change, a comment is sent. */
    Duration heartbeat();
}

package dev.tallyworks.api.admin;

import java.time.Duration;

/** How the calls of administrators are kept. */
public interface AdminSettings {
    /** After this time an entry of the log is removed. */
    Duration logRetention();
}

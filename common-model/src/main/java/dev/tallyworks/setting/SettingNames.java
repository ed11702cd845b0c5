package dev.tallyworks.setting;

import java.util.Set;

/**
 * The variables that are this product's own, of both applications, as one environment mostly serves both. A test of the guide to
 * operation holds it complete.
 */
public final class SettingNames {
    public static final Set<String> ALL = Set.of(
            "TALLYWORKS_ADMIN_LOG_RETENTION",
            "TALLYWORKS_INGEST_ANSWER_DEADLINE",
            "TALLYWORKS_INGEST_BUFFER_BYTES_MAX",
            "TALLYWORKS_INGEST_BUFFER_EVENTS_MAX",
            "TALLYWORKS_INGEST_COMMIT_BYTES_MAX",
            "TALLYWORKS_INGEST_COMMIT_DEADLINE",
            "TALLYWORKS_INGEST_COMMIT_EVENTS_MAX",
            "TALLYWORKS_INGEST_WRITERS",
            "TALLYWORKS_LIVE_HEARTBEAT",
            "TALLYWORKS_LIVE_QUESTIONS_MAX",
            "TALLYWORKS_LIVE_STUCK_AFTER",
            "TALLYWORKS_LIVE_VIEWERS_MAX",
            "TALLYWORKS_REALTIME_BUFFER_AGE",
            "TALLYWORKS_REALTIME_CLOCK_DIFFERENCE",
            "TALLYWORKS_REALTIME_QUERY_DEADLINE",
            "TALLYWORKS_REALTIME_RETENTION",
            "TALLYWORKS_WORKER_BATCH_BYTES_MAX",
            "TALLYWORKS_WORKER_BATCH_EVENTS_MAX",
            "TALLYWORKS_WORKER_IDLE_PAUSE",
            "TALLYWORKS_WORKER_LANES",
            "TALLYWORKS_WORKER_LEASE",
            "TALLYWORKS_WORKER_REBUILD_WINDOW_BYTES",
            "TALLYWORKS_WORKER_REBUILD_WINDOW_EVENTS",
            "TALLYWORKS_WORKER_RECOVERY_INTERVAL",
            "TALLYWORKS_WORKER_RETRIES_ATTEMPTS_MAX",
            "TALLYWORKS_WORKER_RETRIES_CAP",
            "TALLYWORKS_WORKER_RETRIES_FIRST",
            "TALLYWORKS_WORKER_STOP_GRACE",
            "TALLYWORKS_WORKER_THREADS",
            "TW_LOG_JSON",
            "TW_MONGODB_URL",
            "TW_REDIS_NAMESPACE",
            "TW_REDIS_URL",
            "TW_SHUTDOWN_DELAY");

    private SettingNames() {}
}

package dev.tallyworks.mongo;

/** The names of all stored collections and fields. Renaming one is a change of the stored format. */
final class Fields {
    static final String ID = "_id";

    /** Collections. */
    static final String DEFINITIONS = "definitions";

    static final String EVENTS_PREFIX = "events_";
    static final String LANES = "lanes";
    static final String WORKERS = "workers";
    static final String REALTIME = "realtime";
    static final String REBUILDS = "rebuilds";
    static final String METADATA = "metadata";
    /** {@code {_id}} of each deleted aggregation whose numbers are all removed. */
    static final String REMOVALS = "removals";

    static final String ADMIN_CALLS = "admin_calls";
    /** {@code {_id: "queue", paused}} and {@code {_id: "format", version}}. */
    static final String SETTINGS = "settings";

    /** Raw events: {@code {_id: uuid, …}} in {@code events_<source>}. */
    static final String TYPE = "type";

    static final String TIMESTAMP = "timestamp";
    static final String RECEIVED_AT = "receivedAt";
    static final String PAYLOAD = "payload";
    static final String ATTRIBUTIONS = "attributions";
    static final String ATTRIBUTION_TYPE = "type";
    static final String ATTRIBUTION_VALUE = "value";
    /** The definitions' version under which the event was accepted, int64. */
    static final String VERSION = "version";
    /** The incarnation of its source, int64. */
    static final String INCARNATION = "incarnation";
    /** Length of the event in the request, int32 bytes. */
    static final String SIZE = "size";
    /** {@code {writer, n}}: the group commit that recorded it. */
    static final String COMMIT = "commit";

    static final String COMMIT_WRITER = "writer";
    static final String COMMIT_NUMBER = "n";
    /** {@code true} from the insert until the rollups are written, then absent. */
    static final String PENDING = "pending";
    /** {@code {lane, epoch, seq}} of the batch that aggregates it. */
    static final String CLAIM = "claim";

    static final String CLAIM_LANE = "claim.lane";
    static final String CLAIM_EPOCH = "claim.epoch";
    static final String CLAIM_SEQ = "claim.seq";
    static final String LANE = "lane";
    static final String EPOCH = "epoch";
    static final String SEQ = "seq";
    /** How often its aggregation failed, int32; absent is 0. */
    static final String ATTEMPTS = "attempts";
    /** Date before which the relay leaves it alone; absent is none. */
    static final String NOT_BEFORE = "notBefore";
    /** The definitions' version of the batch that aggregated it, int64. */
    static final String BATCH_VERSION = "batchVersion";
    /** What is odd about the event; absent for most. */
    static final String IRREGULAR = "irregular";

    static final String DEAD = "dead";
    /** {@code {reason, error, stack, attempts, diedAt}}; kept while it is tried again, until it is done. */
    static final String IRREGULAR_DEAD = "irregular.dead";

    static final String DIED_AT_PATH = "irregular.dead.diedAt";
    static final String REASON_PATH = "irregular.dead.reason";
    static final String REASON = "reason";
    static final String ERROR = "error";
    static final String STACK = "stack";
    static final String DIED_AT = "diedAt";
    static final String DISCARDED = "discarded";
    /** What {@link #IRREGULAR_DEAD} was, of an event that was given up for good. */
    static final String IRREGULAR_DISCARDED = "irregular.discarded";

    private Fields() {}
}

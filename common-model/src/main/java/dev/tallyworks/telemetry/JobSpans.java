package dev.tallyworks.telemetry;

import io.opentelemetry.api.common.AttributeKey;

/** What spans about jobs say, by OpenTelemetry's conventions for messaging, so that both ends of the queue say the same. */
public final class JobSpans {
    public static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("messaging.system");
    public static final AttributeKey<String> DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    public static final AttributeKey<String> OPERATION_NAME = AttributeKey.stringKey("messaging.operation.name");
    public static final AttributeKey<String> OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    public static final AttributeKey<Long> MESSAGE_COUNT = AttributeKey.longKey("messaging.batch.message_count");
    public static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    public static final String REDIS = "redis";
    /** The destination. */
    public static final String JOBS = "jobs";

    public static final String SEND = "send";
    public static final String PROCESS = "process";

    private JobSpans() {}
}

package dev.tallyworks.api.intake;

import dev.tallyworks.api.intake.Rejection.Code;
import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.EventDraft;
import dev.tallyworks.realtime.RealtimeWindow;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Checks events against the definition of their source, as of the version that their commit read. */
final class EventValidator {
    /** Clients' clocks differ; beyond this, a time in the future is a mistake. */
    static final Duration FUTURE_MAX = Duration.ofMillis(RealtimeWindow.DEFAULT.futureMillis());

    private final PayloadSchema schema;

    EventValidator(PayloadSchema schema) {
        this.schema = schema;
    }

    /** @return why the event can't be recorded, or null where it can */
    @Nullable
    Rejection check(Snapshot definitions, Source source, EventDraft event, long nowMillis) {
        EventType type = source.eventTypes().get(event.type());
        if (type == null && !source.openTypes()) {
            String detail = "source " + source.id() + " has no event type of this name";
            return new Rejection(Code.UNKNOWN_EVENT_TYPE, "/type", detail);
        }
        if (type != null && type.schema() != null) {
            PayloadSchema.Violation violation = schema.violation(source, type, event.payload());
            if (violation != null) {
                return new Rejection(Code.SCHEMA_VIOLATION, "/payload" + violation.pointer(), violation.detail());
            }
        }
        if (event.timestampMillis() == null) {
            return null;
        }
        Rejection rejection = checkTime(source, event.timestampMillis(), nowMillis);
        if (rejection == null && definitions.isClosed(source.id(), event.type(), event.timestampMillis())) {
            String detail = "all numbers that would count it are of a time that is not kept any more";
            return new Rejection(Code.TOO_OLD, "/timestamp", detail);
        }
        return rejection;
    }

    private static @Nullable Rejection checkTime(Source source, long timestampMillis, long nowMillis) {
        if (timestampMillis > nowMillis + FUTURE_MAX.toMillis()) {
            String detail = "more than " + FUTURE_MAX.toMinutes() + " minutes after " + Instant.ofEpochMilli(nowMillis);
            return new Rejection(Code.TIMESTAMP_IN_FUTURE, "/timestamp", detail);
        }
        if (source.retention() != null) {
            int hotDays = source.retention().hotDays();
            if (timestampMillis < nowMillis - Duration.ofDays(hotDays).toMillis()) {
                String detail = "older than the " + hotDays + " days that this source keeps its events";
                return new Rejection(Code.TOO_OLD, "/timestamp", detail);
            }
        }
        return null;
    }
}

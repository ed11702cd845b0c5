package dev.tallyworks.api.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.time.TimeRange;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads ranges of time from requests: {@code {start, end}}. */
public final class TimeRanges {
    private static final TimeRange NONE = new TimeRange(0, 0);

    private TimeRanges() {}

    /** The range {@code timeRange}; an empty one where it is missing or wrong. */
    public static TimeRange required(Members members) {
        if (!members.has("timeRange")) {
            members.any("timeRange");
            members.invalid("timeRange", Problem.MISSING, "'timeRange' is missing: {\"start\": …, \"end\": …}.");
            return NONE;
        }
        TimeRange range = optional(members);
        return range == null ? NONE : range;
    }

    /** The range {@code timeRange}; null where there is none. */
    public static @Nullable TimeRange optional(Members members) {
        return members.object("timeRange", given -> {
            OptionalLong start = time(given, "start");
            OptionalLong end = time(given, "end");
            if (start.isEmpty() || end.isEmpty()) {
                return NONE;
            }
            if (end.getAsLong() <= start.getAsLong()) {
                given.invalid("end", Problem.INVALID_VALUE, "'end' must be after 'start'.");
                return NONE;
            }
            return new TimeRange(start.getAsLong(), end.getAsLong());
        });
    }

    private static OptionalLong time(Members given, String name) {
        if (!given.has(name)) {
            given.any(name);
            given.invalid(name, Problem.MISSING, "'" + name + "' is missing.");
        }
        return optionalTime(given, name);
    }

    /** One instant, epoch milliseconds; empty where it is missing or wrong. */
    public static OptionalLong optionalTime(Members given, String name) {
        JsonNode value = given.any(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (!value.isTextual() && !value.isNumber()) {
            given.wrongType(name, "a time: ISO-8601 with a zone, or epoch milliseconds");
            return OptionalLong.empty();
        }
        OptionalLong time = value.isNumber() ? Times.ofMillis(value.decimalValue()) : Times.parse(value.textValue());
        if (time.isEmpty()) {
            given.invalid(
                    name,
                    Problem.INVALID_VALUE,
                    "'" + name + "' must be ISO-8601 with a zone, or epoch milliseconds, from the year 1 to 9999,"
                            + " not '" + value.asText() + "'.");
        }
        return time;
    }
}

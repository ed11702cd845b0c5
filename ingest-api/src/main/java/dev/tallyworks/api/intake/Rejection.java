package dev.tallyworks.api.intake;

import dev.tallyworks.plugin.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * Why one event was not recorded.
 *
 * @param pointer JSON Pointer into the event; null where it is the event as a whole
 * @param detail for whoever wrote the client
 * @param codeOfPlugin where a plugin refused it
 */
record Rejection(
        Code code,
        @Nullable String pointer,
        String detail,
        @Nullable String codeOfPlugin) {
    Rejection(Code code, @Nullable String pointer, String detail) {
        this(code, pointer, detail, null);
    }

    enum Code {
        UNKNOWN_EVENT_TYPE("unknown_event_type"),
        SCHEMA_VIOLATION("schema_violation"),
        INVALID_EVENT("invalid_event"),
        TIMESTAMP_IN_FUTURE("timestamp_in_future"),
        TOO_OLD("too_old"),
        EVENT_TOO_LARGE("event_too_large"),
        TOO_MANY_ATTRIBUTIONS("too_many_attributions"),
        REFUSED_BY_PLUGIN("refused_by_plugin");

        private final String wireName;

        Code(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }
    }

    /** The code in answers. */
    String wireCode() {
        return codeOfPlugin == null ? code.wireName : codeOfPlugin;
    }

    static Rejection byPlugin(Refusal refusal) {
        return new Rejection(Code.REFUSED_BY_PLUGIN, null, refusal.detail(), refusal.code());
    }

    static Rejection invalid(@Nullable String pointer, String detail) {
        return new Rejection(Code.INVALID_EVENT, pointer, detail);
    }
}

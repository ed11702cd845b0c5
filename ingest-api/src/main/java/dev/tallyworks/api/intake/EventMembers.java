package dev.tallyworks.api.intake;

import dev.tallyworks.api.intake.JsonTree.Unkeepable;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.EventDraft;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a draft of one JSON value, or says what is wrong with it: the first fault that is found. */
final class EventMembers {
    private final Object value;
    private @Nullable Rejection rejection;

    private EventMembers(Object value) {
        this.value = value;
    }

    /**
     * @param sizeBytes of the value in the body
     * @param unkeepable whether it holds any {@link Unkeepable}
     */
    static PostedEvent read(@Nullable Object value, int sizeBytes, boolean unkeepable) {
        if (!(value instanceof Map<?, ?> members)) {
            return new PostedEvent.Refused(null, Rejection.invalid("", "an event is an object"));
        }
        return new EventMembers(value).read(members, sizeBytes, unkeepable);
    }

    private PostedEvent read(Map<?, ?> members, int sizeBytes, boolean unkeepable) {
        String uuid = name(members, "uuid", EventReader.UUID_CHARACTERS_MAX);
        if (sizeBytes > EventReader.EVENT_BYTES_MAX) {
            String detail = sizeBytes + " bytes, at most " + EventReader.EVENT_BYTES_MAX + " are taken";
            rejection = new Rejection(Rejection.Code.EVENT_TOO_LARGE, null, detail);
            return new PostedEvent.Refused(uuid, rejection);
        }
        if (unkeepable) {
            refuseUnkeepable("", value);
        }
        String type = name(members, "type", EventReader.TYPE_CHARACTERS_MAX);
        Map<String, @Nullable Object> payload = payload(members);
        Long timestampMillis = timestampMillis(members);
        refuseUnknown(members);
        List<Attribution> attributions = attributions(members);
        if (rejection != null || uuid == null || type == null) {
            return new PostedEvent.Refused(uuid, rejection == null ? Rejection.invalid("", "incomplete") : rejection);
        }
        return new PostedEvent.Draft(new EventDraft(uuid, type, timestampMillis, payload, attributions, sizeBytes));
    }

    private @Nullable String name(Map<?, ?> members, String name, int charactersMax) {
        Object member = members.get(name);
        if (member instanceof String text) {
            int characters = text.codePointCount(0, text.length());
            if (characters >= 1 && characters <= charactersMax) {
                return text;
            }
            refuse("/" + name, characters + " characters, 1 to " + charactersMax + " are taken");
        } else if (member instanceof Unkeepable unkeepable) {
            refuse("/" + name, unkeepable.why());
        } else if (!members.containsKey(name)) {
            refuse("/" + name, name + " is missing");
        } else {
            refuse("/" + name, name + " must be a string");
        }
        return null;
    }

    private Map<String, @Nullable Object> payload(Map<?, ?> members) {
        if (!members.containsKey("payload")) {
            return Map.of();
        }
        if (members.get("payload") instanceof Map<?, ?> object) {
            @SuppressWarnings("unchecked")
            Map<String, @Nullable Object> payload = (Map<String, @Nullable Object>) object;
            return payload;
        }
        refuse("/payload", "payload must be an object");
        return Map.of();
    }

    private @Nullable Long timestampMillis(Map<?, ?> members) {
        if (!members.containsKey("timestamp")) {
            return null;
        }
        Object time = members.get("timestamp");
        OptionalLong millis = OptionalLong.empty();
        if (time instanceof String text) {
            millis = EventTime.parse(text);
        } else if (time instanceof BigDecimal number) {
            millis = EventTime.ofMillis(number);
        }
        if (millis.isEmpty()) {
            refuse(
                    "/timestamp",
                    "timestamp must be ISO-8601 with a zone, or epoch milliseconds, and not before the year 1");
            return null;
        }
        return millis.getAsLong();
    }

    private List<Attribution> attributions(Map<?, ?> members) {
        if (!members.containsKey("attributions")) {
            return List.of();
        }
        if (!(members.get("attributions") instanceof List<?> elements)) {
            refuse("/attributions", "attributions must be an array");
            return List.of();
        }
        Set<Attribution> attributions = new LinkedHashSet<>();
        for (int i = 0; i < elements.size() && rejection == null; i++) {
            Attribution attribution = attribution("/attributions/" + i, elements.get(i));
            if (attribution != null) {
                attributions.add(attribution);
            }
        }
        if (rejection == null && attributions.size() > EventReader.ATTRIBUTIONS_MAX) {
            String detail =
                    attributions.size() + " attributions, at most " + EventReader.ATTRIBUTIONS_MAX + " are taken";
            rejection = new Rejection(Rejection.Code.TOO_MANY_ATTRIBUTIONS, "/attributions", detail);
        }
        return List.copyOf(attributions);
    }

    private @Nullable Attribution attribution(String pointer, @Nullable Object element) {
        if (!(element instanceof Map<?, ?> pair)) {
            refuse(pointer, "an attribution is an object");
            return null;
        }
        for (Object name : pair.keySet()) {
            if (!name.equals("type") && !name.equals("value")) {
                refuse(pointer + "/" + escape((String) name), "unknown member");
            }
        }
        String type = nonEmpty(pair, pointer, "type");
        String value = nonEmpty(pair, pointer, "value");
        if (Attribution.TOTAL.equals(type)) {
            refuse(pointer + "/type", Attribution.TOTAL + " is reserved");
        }
        return rejection != null || type == null || value == null ? null : new Attribution(type, value);
    }

    private @Nullable String nonEmpty(Map<?, ?> members, String parent, String name) {
        if (members.get(name) instanceof String text && !text.isEmpty()) {
            return text;
        }
        refuse(parent + "/" + name, name + " must be a non-empty string");
        return null;
    }

    private void refuseUnknown(Map<?, ?> members) {
        for (Object name : members.keySet()) {
            switch ((String) name) {
                case "uuid", "type", "payload", "timestamp", "attributions" -> {}
                default -> {
                    refuse("/" + escape((String) name), "unknown member");
                    return;
                }
            }
        }
    }

    /** Recursion is bounded by the depth that {@link JsonTree} keeps. */
    private void refuseUnkeepable(String pointer, @Nullable Object at) {
        if (at instanceof Unkeepable unkeepable) {
            refuse(pointer, unkeepable.why());
        } else if (at instanceof Map<?, ?> members) {
            for (Map.Entry<?, ?> member : members.entrySet()) {
                if (isFine()) {
                    refuseUnkeepable(pointer + "/" + escape((String) member.getKey()), member.getValue());
                }
            }
        } else if (at instanceof List<?> elements) {
            for (int i = 0; i < elements.size() && isFine(); i++) {
                refuseUnkeepable(pointer + "/" + i, elements.get(i));
            }
        }
    }

    private boolean isFine() {
        return rejection == null;
    }

    private void refuse(String pointer, String detail) {
        if (rejection == null) {
            rejection = Rejection.invalid(pointer, detail);
        }
    }

    /** As in a JSON Pointer. An unpaired surrogate in a name can't be written as UTF-8, so it is replaced. */
    static String escape(String name) {
        String escaped = name.replace("~", "~0").replace("/", "~1");
        return Utf8.hasUnpairedSurrogate(escaped) ? escaped.replaceAll("[\\ud800-\\udfff]", "\ufffd") : escaped;
    }
}

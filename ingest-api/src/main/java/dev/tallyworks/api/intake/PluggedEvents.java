package dev.tallyworks.api.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.event.EventDraft;
import dev.tallyworks.plugin.Hooks;
import dev.tallyworks.plugin.Refusal;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Lets plugins change or refuse posted events, and sees to it that what they make of one can be kept. */
final class PluggedEvents {
    private static final Logger LOG = Logger.getLogger(PluggedEvents.class);

    private final Hooks hooks;

    PluggedEvents(Hooks hooks) {
        this.hooks = hooks;
    }

    /** Whether it is nothing for an event loop. */
    boolean mayTakeLong() {
        return hooks.hasEventHooks();
    }

    PostedBody change(String source, PostedBody body) {
        if (!hooks.hasEventHooks()) {
            return body;
        }
        List<PostedEvent> changed = body.events().stream()
                .map(event -> event instanceof PostedEvent.Draft draft ? change(source, draft.event()) : event)
                .toList();
        return new PostedBody(body.batch(), changed, body.sizeBytes());
    }

    private PostedEvent change(String source, EventDraft event) {
        try {
            EventDraft changed = hooks.beforeEventRecord(source, event);
            boolean same = changed.payload().equals(event.payload())
                    && changed.attributions().equals(event.attributions());
            return same ? new PostedEvent.Draft(event) : checked(event, changed);
        } catch (Refusal refusal) {
            return new PostedEvent.Refused(event.uuid(), Rejection.byPlugin(refusal));
        }
    }

    private static PostedEvent checked(EventDraft original, EventDraft changed) {
        if (changed.attributions().size() > EventReader.ATTRIBUTIONS_MAX) {
            return refused(
                    original,
                    Rejection.Code.TOO_MANY_ATTRIBUTIONS,
                    "with those of plugins, more attributions than " + EventReader.ATTRIBUTIONS_MAX);
        }
        Map<String, @Nullable Object> payload;
        int sizeBytes;
        try {
            payload = KeptPayload.of(changed.payload());
            sizeBytes = original.sizeBytes() + length(payload) - length(original.payload());
        } catch (IllegalArgumentException unkeepable) {
            LOG.warnf("what a plugin made of an event can't be kept: %s", unkeepable.getMessage());
            return new PostedEvent.Refused(
                    original.uuid(),
                    Rejection.byPlugin(new Refusal(Refusal.FAILED, "a plugin made of it what can't be kept")));
        }
        if (sizeBytes > EventReader.EVENT_BYTES_MAX) {
            return refused(
                    original,
                    Rejection.Code.EVENT_TOO_LARGE,
                    "with what plugins add, more than " + EventReader.EVENT_BYTES_MAX + " bytes");
        }
        return new PostedEvent.Draft(new EventDraft(
                original.uuid(),
                original.type(),
                original.timestampMillis(),
                payload,
                changed.attributions().stream().distinct().toList(),
                Math.max(1, sizeBytes)));
    }

    private static PostedEvent refused(EventDraft event, Rejection.Code code, String detail) {
        return new PostedEvent.Refused(event.uuid(), new Rejection(code, null, detail));
    }

    private static int length(Map<String, @Nullable Object> payload) {
        try {
            return JsonBody.JSON.writeValueAsBytes(payload).length;
        } catch (JsonProcessingException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }
}

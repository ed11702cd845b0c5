package dev.tallyworks.api.intake;

import dev.tallyworks.event.Attribution;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An event as clients post it, for the OpenAPI document; {@link EventReader} is what reads it. */
@Schema(name = "PostedEvent")
record EventSchema(
        @Schema(required = true, minLength = 1, maxLength = EventReader.UUID_CHARACTERS_MAX)
        String uuid,

        @Schema(required = true, minLength = 1, maxLength = EventReader.TYPE_CHARACTERS_MAX)
        String type,

        @Schema(description = "ISO-8601 with a zone, or epoch milliseconds; now where absent") @Nullable
        String timestamp,

        @Nullable Map<String, @Nullable Object> payload,

        @Schema(maxItems = EventReader.ATTRIBUTIONS_MAX) @Nullable
        List<Attribution> attributions) {}

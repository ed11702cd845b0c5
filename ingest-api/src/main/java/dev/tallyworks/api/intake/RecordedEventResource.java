package dev.tallyworks.api.intake;

import dev.tallyworks.api.http.Page;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.event.RecordedEvent;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Gives recorded events back. */
@Path("/api/v1/sources")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Events", description = "What happened: posted once or more often, counted once")
public class RecordedEventResource {
    private final Definitions definitions;
    private final RawEvents rawEvents;

    @Inject
    RecordedEventResource(Definitions definitions, RawEvents rawEvents) {
        this.definitions = definitions;
        this.rawEvents = rawEvents;
    }

    @GET
    @Path("/{source}/events")
    @Operation(summary = "List recorded events, newest timestamp first")
    public Page<EventView> list(
            @PathParam("source") String source,
            @QueryParam("type") @Nullable String type,
            @Parameter(description = "ISO-8601 or epoch milliseconds, included", example = "2026-01-01T00:00:00Z")
                    @QueryParam("from")
                    @Nullable
                    String from,
            @Parameter(description = "excluded", example = "2026-02-01T00:00:00Z") @QueryParam("to") @Nullable
                    String to,
            @Parameter(example = "customer:acme") @QueryParam("attribution") @Nullable String attribution,
            @QueryParam("limit") @Nullable String limit,
            @QueryParam("cursor") @Nullable String cursor) {
        RawEvents.Page page = rawEvents.list(new RawEvents.Listing(
                source,
                defined(source).incarnation(),
                type,
                time("from", from),
                time("to", to),
                attribution(attribution),
                cursor == null ? null : EventCursor.read(cursor),
                Page.limit(limit)));
        List<EventView> items = page.events().stream().map(EventView::recorded).toList();
        return new Page<>(items, page.next() == null ? null : EventCursor.write(page.next()));
    }

    @GET
    @Path("/{source}/events/{uuid}")
    @Operation(summary = "One recorded event")
    public EventView get(@PathParam("source") String source, @PathParam("uuid") String uuid) {
        RecordedEvent recorded = rawEvents
                .find(source, defined(source).incarnation(), List.of(uuid))
                .get(uuid);
        if (recorded == null) {
            throw Problem.notFound("There is no event '" + uuid + "' in source '" + source + "'.");
        }
        return EventView.recorded(recorded);
    }

    private Source defined(String source) {
        return definitions
                .refresh()
                .source(source)
                .filter(found -> found.state() != Source.State.PURGING)
                .orElseThrow(() -> Problem.notFound("There is no source '" + source + "'."));
    }

    private static @Nullable Long time(String name, @Nullable String text) {
        if (text == null) {
            return null;
        }
        // An unescaped plus in a query is a blank.
        OptionalLong millis = text.matches("-?\\d{1,18}")
                ? EventTime.ofMillis(new BigDecimal(text))
                : EventTime.parse(text.replace(' ', '+'));
        if (millis.isEmpty()) {
            throw invalid(name, "neither ISO-8601 with a zone nor epoch milliseconds: " + text);
        }
        return millis.getAsLong();
    }

    private static @Nullable Attribution attribution(@Nullable String pair) {
        if (pair == null) {
            return null;
        }
        int colon = pair.indexOf(':');
        String type = colon < 0 ? "" : pair.substring(0, colon);
        if (type.isEmpty() || type.equals(Attribution.TOTAL) || colon == pair.length() - 1) {
            throw invalid("attribution", "not type:value: " + pair);
        }
        return new Attribution(type, pair.substring(colon + 1));
    }

    private static Problem invalid(String parameter, String problem) {
        return Problem.invalid(
                Problem.Item.of(Problem.INVALID_VALUE, "The parameter '" + parameter + "' is " + problem));
    }
}

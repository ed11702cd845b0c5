package dev.tallyworks.api.live;

import io.smallrye.mutiny.Multi;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameters;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** Answers that go on. */
@Path("/api/v1/reports")
@Tag(name = "Queries")
public class LiveResource {
    private static final String EXAMPLE = """
            id: 1767225600123
            data: {"points":[{"timestamp":"2026-01-01T00:00:00.000Z","value":19.99}]}

            """;

    private final LiveEntry entry;

    LiveResource(LiveEntry entry) {
        this.entry = entry;
    }

    @GET
    @Entered
    @Path("/{report}/live")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(
            summary = "Watch a metric: server-sent events with the points that have changed, at most two a second",
            description =
                    "Begins with the last 60 units, or what the realtime rollups hold if that is more. A client that"
                            + " comes back with Last-Event-ID is told what may have changed since.")
    @Parameters({
        @Parameter(name = "metric", in = ParameterIn.QUERY, required = true, example = "SUM:amount"),
        @Parameter(
                name = "granularity",
                in = ParameterIn.QUERY,
                description = "Without it, the storage width",
                example = "minute"),
        @Parameter(
                name = "start",
                in = ParameterIn.QUERY,
                description = "Without it, the range moves on with time",
                example = "2026-01-01T00:00:00Z"),
        @Parameter(name = "end", in = ParameterIn.QUERY, example = "2026-01-02T00:00:00Z"),
        @Parameter(name = "timezone", in = ParameterIn.QUERY, example = "UTC"),
        @Parameter(name = "attribution", in = ParameterIn.QUERY, example = "customer:acme"),
        @Parameter(name = "sources", in = ParameterIn.QUERY, example = "shop"),
        @Parameter(name = "eventTypes", in = ParameterIn.QUERY, example = "sale"),
        @Parameter(name = "mode", in = ParameterIn.QUERY, example = "combined"),
        @Parameter(name = "fill", in = ParameterIn.QUERY, example = "none")
    })
    @APIResponse(
            responseCode = "200",
            description = "A stream that does not end",
            content = @Content(mediaType = MediaType.SERVER_SENT_EVENTS, example = EXAMPLE))
    public Multi<OutboundSseEvent> live(
            @RestPath String report,
            @Context Sse sse,
            @Context HttpServerResponse response,
            @Context RoutingContext request) {
        response.putHeader("Cache-Control", "no-store");
        response.putHeader("X-Accel-Buffering", "no");
        return entry.entered(request, events(sse));
    }

    private static Viewer.Events events(Sse sse) {
        return new Viewer.Events() {
            @Override
            public OutboundSseEvent of(Update update) {
                // With the blank that the protocol takes off again, for readers who count on it.
                return sse.newEventBuilder()
                        .id(' ' + update.id())
                        .data(' ' + update.data())
                        .build();
            }

            @Override
            public OutboundSseEvent comment() {
                return sse.newEventBuilder().comment("").build();
            }
        };
    }
}

package dev.tallyworks.api.rebuild;

import dev.tallyworks.api.http.Admin;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.http.Page;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriBuilder;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Rebuilds of a report's numbers. */
@Admin
@Path("/api/v1/reports")
@Tag(name = "Rebuilds and audits", description = "Numbers against raw events")
@Produces(MediaType.APPLICATION_JSON)
public class RebuildResource {
    private static final String EXAMPLE =
            "{\"timeRange\": {\"start\": \"2026-01-01T00:00:00Z\", \"end\": \"2026-01-02T00:00:00Z\"}}";

    private final RebuildService service;

    RebuildResource(RebuildService service) {
        this.service = service;
    }

    @POST
    @Path("/{report}/rebuilds")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Make stored numbers anew from the raw events",
            description =
                    "Without timeRange all of them, without aggregations those of all. The old numbers answer until"
                            + " the new ones are done.")
    @APIResponse(responseCode = "202", description = "It is begun")
    @APIResponse(responseCode = "409", description = "One of the aggregations is being rebuilt, or the events are gone")
    public RestResponse<RebuildView> begin(
            @RestPath String report,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "a day", value = EXAMPLE)))
                    byte[] body) {
        RebuildView begun =
                service.begin(report, body.length == 0 ? JsonBody.JSON.createObjectNode() : JsonBody.object(body));
        return accepted(begun, report);
    }

    /** What began a rebuild tells of it. */
    public static RestResponse<RebuildView> accepted(RebuildView begun, String report) {
        return RestResponse.ResponseBuilder.<RebuildView>create(RestResponse.Status.ACCEPTED)
                .entity(begun)
                .location(UriBuilder.fromPath("/api/v1/reports/{report}/rebuilds/{id}")
                        .build(report, begun.id()))
                .build();
    }

    @GET
    @Path("/{report}/rebuilds")
    @Operation(summary = "List the rebuilds of a report")
    public Page<RebuildView> list(
            @RestPath String report, @RestQuery @Nullable String limit, @RestQuery @Nullable String cursor) {
        return service.list(report, limit, cursor);
    }

    @GET
    @Path("/{report}/rebuilds/{id}")
    @Operation(summary = "Tell how far a rebuild is")
    public RebuildView get(@RestPath String report, @RestPath String id) {
        return service.get(report, id);
    }

    @POST
    @Path("/{report}/rebuilds/{id}/cancel")
    @Operation(summary = "Cancel a rebuild; the old numbers stay")
    @APIResponse(responseCode = "200", description = "The rebuild; one that was over is as it was")
    public RebuildView cancel(@RestPath String report, @RestPath String id) {
        return service.cancel(report, id);
    }
}

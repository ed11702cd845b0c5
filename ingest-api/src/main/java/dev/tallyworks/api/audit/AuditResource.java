package dev.tallyworks.api.audit;

import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.TimeRanges;
import dev.tallyworks.time.TimeRange;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** Comparisons of a report's numbers with the raw events. */
@Path("/api/v1/reports")
@Tag(name = "Rebuilds and audits", description = "Numbers against raw events")
@Produces(MediaType.APPLICATION_JSON)
public class AuditResource {
    private static final String EXAMPLE =
            "{\"timeRange\": {\"start\": \"2026-01-01T00:00:00Z\", \"end\": \"2026-01-02T00:00:00Z\"}}";

    private final AuditService service;

    AuditResource(AuditService service) {
        this.service = service;
    }

    public record Audit(List<AuditedAggregation> aggregations) {}

    @POST
    @Path("/{report}/audits")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Compare the stored numbers with the raw events",
            description = "Waits up to 30 seconds for events that were pending.")
    @APIResponse(responseCode = "200", description = "For each aggregation the buckets that differ")
    public Audit audit(
            @RestPath String report,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "a day", value = EXAMPLE)))
                    byte[] body) {
        Members members = Members.of(JsonBody.object(body));
        TimeRange range = TimeRanges.required(members);
        members.end();
        return new Audit(service.audit(report, range));
    }
}

package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.Admin;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.http.Page;
import dev.tallyworks.api.rebuild.RebuildResource;
import dev.tallyworks.api.rebuild.RebuildService;
import dev.tallyworks.definition.Aggregation;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
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

/** Reports and their aggregations. */
@Admin
@Path("/api/v1/reports")
@Tag(name = "Reports", description = "What is counted, and how")
@Produces(MediaType.APPLICATION_JSON)
public class ReportResource {
    private static final String AGGREGATION_EXAMPLE = """
            {"targetCollection": "aggr_refunds", "granularity": "hour",
             "filter": {"sources": ["shop"], "eventTypes": ["refund"]}, "partition": {"enabled": true, "length": 720}}""";
    private static final String REPORT_EXAMPLE = """
            {"name": "Sales", "aggregations": [
              {"targetCollection": "aggr_sales", "granularity": "hour",
               "filter": {"sources": ["shop"], "eventTypes": ["sale"]}}]}""";

    private final ReportService service;
    private final RebuildService rebuilds;

    ReportResource(ReportService service, RebuildService rebuilds) {
        this.service = service;
        this.rebuilds = rebuilds;
    }

    private static ObjectNode view(ReportService.Whole whole) {
        return Views.report(whole.report(), whole.aggregations());
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Define a report")
    @APIResponse(responseCode = "201", description = "Defined")
    public RestResponse<ObjectNode> create(
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "report", value = REPORT_EXAMPLE)))
                    byte[] body) {
        ReportService.Whole made = service.create(JsonBody.object(body));
        return SourceResource.created(
                view(made), "/api/v1/reports/{id}", made.report().id());
    }

    @GET
    @Operation(summary = "List the reports")
    public Page<ObjectNode> list(@RestQuery @Nullable String limit, @RestQuery @Nullable String cursor) {
        Page<ReportService.Whole> page =
                Page.of(service.all(), whole -> whole.report().id(), limit, cursor);
        return new Page<>(page.items().stream().map(ReportResource::view).toList(), page.nextCursor());
    }

    @GET
    @Path("/{report}")
    @Operation(summary = "Read a report")
    public ObjectNode get(@RestPath String report) {
        return view(service.get(report));
    }

    @PATCH
    @Path("/{report}")
    @Consumes({MediaType.APPLICATION_JSON, "application/merge-patch+json"})
    @Operation(summary = "Change a report, by a merge patch")
    public ObjectNode patch(
            @RestPath String report,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "patch", value = "{\"active\": false}")))
                    byte[] body) {
        return view(service.patch(report, JsonBody.object(body)));
    }

    @DELETE
    @Path("/{report}")
    @Operation(summary = "Remove a report with its aggregations and their numbers")
    @APIResponse(responseCode = "204", description = "Removed")
    public void delete(@RestPath String report) {
        service.delete(report);
    }

    @POST
    @Path("/{report}/aggregations")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Add an aggregation to a report")
    @APIResponse(responseCode = "201", description = "Defined")
    @APIResponse(
            responseCode = "409",
            description = "The target collection is taken, or the report counts these events")
    public RestResponse<ObjectNode> add(
            @RestPath String report,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples =
                                                    @ExampleObject(name = "aggregation", value = AGGREGATION_EXAMPLE)))
                    byte[] body) {
        Aggregation made = service.add(report, JsonBody.object(body));
        return SourceResource.created(
                Views.aggregation(made), "/api/v1/reports/{report}/aggregations/{id}", report, made.id());
    }

    @GET
    @Path("/{report}/aggregations")
    @Operation(summary = "List the aggregations of a report")
    public Page<ObjectNode> aggregations(
            @RestPath String report, @RestQuery @Nullable String limit, @RestQuery @Nullable String cursor) {
        Page<Aggregation> page = Page.of(service.aggregations(report), Aggregation::id, limit, cursor);
        return new Page<>(page.items().stream().map(Views::aggregation).toList(), page.nextCursor());
    }

    @GET
    @Path("/{report}/aggregations/{aggregation}")
    @Operation(summary = "Read an aggregation")
    public ObjectNode aggregation(@RestPath String report, @RestPath String aggregation) {
        return Views.aggregation(service.aggregation(report, aggregation));
    }

    @PATCH
    @Path("/{report}/aggregations/{aggregation}")
    @Consumes({MediaType.APPLICATION_JSON, "application/merge-patch+json"})
    @Operation(
            summary = "Change an aggregation, by a merge patch",
            description = "What changes the meaning of stored numbers makes them anew, with ?rebuild=true.")
    @APIResponse(responseCode = "200", description = "The aggregation as it is now")
    @APIResponse(responseCode = "202", description = "The rebuild that makes the numbers of the new meaning")
    @APIResponse(responseCode = "409", description = "It would change the meaning of stored numbers")
    public RestResponse<?> patchAggregation(
            @RestPath String report,
            @RestPath String aggregation,
            @RestQuery @Nullable String rebuild,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples =
                                                    @ExampleObject(
                                                            name = "patch",
                                                            value = "{\"retention\": {\"hotDays\": 400}}")))
                    byte[] body) {
        boolean asked = SourceResource.isTrue("rebuild", rebuild);
        ReportService.Patched patched = service.patch(report, aggregation, JsonBody.object(body), asked);
        return patched.rebuild() == null
                ? RestResponse.ok(Views.aggregation(patched.aggregation()))
                : RebuildResource.accepted(rebuilds.view(patched.rebuild()), report);
    }

    @DELETE
    @Path("/{report}/aggregations/{aggregation}")
    @Operation(summary = "Remove an aggregation with its numbers")
    @APIResponse(responseCode = "204", description = "Removed")
    public void deleteAggregation(@RestPath String report, @RestPath String aggregation) {
        service.delete(report, aggregation);
    }
}

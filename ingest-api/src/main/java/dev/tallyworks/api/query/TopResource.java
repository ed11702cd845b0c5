package dev.tallyworks.api.query;

import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.http.Problem;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameters;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** The attributions of a type with the largest numbers. */
@Path("/api/v1/reports")
@Tag(name = "Queries", description = "Exact numbers over time")
public class TopResource {
    private static final String EXAMPLE = """
            {"metric": {"type": "SUM", "field": "amount"}, "attributionType": "customer", "limit": 10,
             "timeRange": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}}""";

    private final QueryService service;

    TopResource(QueryService service) {
        this.service = service;
    }

    @POST
    @Path("/{report}/top")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Ask for the attributions with the largest numbers; Accept: text/csv gives CSV")
    @APIResponse(responseCode = "200", description = "The attributions, the largest first")
    public Response post(
            @RestPath String report,
            @Context HttpHeaders headers,
            @Context Request request,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "best customers", value = EXAMPLE)))
                    byte[] body) {
        return answer(report, TopQuestion.read(JsonBody.object(body)), new Answers.Asked(headers, request));
    }

    @GET
    @Path("/{report}/top")
    @Operation(summary = "Ask for the attributions with the largest numbers, by parameters")
    @Parameters({
        @Parameter(name = "metric", in = ParameterIn.QUERY, required = true, example = "SUM:amount"),
        @Parameter(name = "attributionType", in = ParameterIn.QUERY, required = true, example = "customer"),
        @Parameter(name = "limit", in = ParameterIn.QUERY, example = "10"),
        @Parameter(name = "start", in = ParameterIn.QUERY, required = true, example = "2026-01-01T00:00:00Z"),
        @Parameter(name = "end", in = ParameterIn.QUERY, required = true, example = "2026-01-02T00:00:00Z"),
        @Parameter(name = "sources", in = ParameterIn.QUERY, example = "shop"),
        @Parameter(name = "eventTypes", in = ParameterIn.QUERY, example = "sale"),
        @Parameter(name = "mode", in = ParameterIn.QUERY, example = "combined")
    })
    @APIResponse(responseCode = "200", description = "The attributions, the largest first")
    public Response get(
            @RestPath String report, @Context UriInfo uri, @Context HttpHeaders headers, @Context Request request) {
        try {
            return answer(
                    report,
                    TopQuestion.read(QuestionReader.body(uri.getQueryParameters(), "attributionType", "limit")),
                    new Answers.Asked(headers, request));
        } catch (Problem problem) {
            throw problem.ofParameters(QuestionReader::parameter);
        }
    }

    private Response answer(String report, TopQuestion asked, Answers.Asked by) {
        QueryService.Read<TopFold> read =
                service.read(report, QueryMetrics.Asked.TOP, asked.question(), () -> new TopFold(asked.metric()));
        TopAnswer answer = TopAnswer.of(asked, read);
        return Answers.of(by, read, answer, answer.items(), answer::csv);
    }
}

package dev.tallyworks.api.query;

import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.metric.Metric;
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
import java.util.Arrays;
import java.util.List;
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

/** Questions about a report. */
@Path("/api/v1/reports")
@Tag(name = "Queries", description = "Exact numbers over time")
public class QueryResource {
    private static final String EXAMPLE = """
            {"metric": {"type": "SUM", "field": "amount"}, "granularity": "hour",
             "timeRange": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"},
             "attribution": {"type": "customer", "value": "acme"}, "fill": "zero"}""";

    private final QueryService service;

    QueryResource(QueryService service) {
        this.service = service;
    }

    // In the path of the class, the parameter would make 404 of each method that is not taken.
    @POST
    @Path("/{report}/query")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Ask for a metric over time; Accept: text/csv gives CSV")
    @APIResponse(responseCode = "200", description = "The points, in the order of time")
    public Response post(
            @RestPath String report,
            @Context HttpHeaders headers,
            @Context Request request,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "revenue per hour", value = EXAMPLE)))
                    byte[] body) {
        return answer(report, QuestionReader.read(JsonBody.object(body)), new Answers.Asked(headers, request));
    }

    @GET
    @Path("/{report}/query")
    @Operation(summary = "Ask for a metric over time, by parameters")
    @Parameters({
        @Parameter(name = "metric", in = ParameterIn.QUERY, required = true, example = "SUM:amount"),
        @Parameter(name = "start", in = ParameterIn.QUERY, required = true, example = "2026-01-01T00:00:00Z"),
        @Parameter(name = "end", in = ParameterIn.QUERY, required = true, example = "2026-01-02T00:00:00Z"),
        @Parameter(name = "granularity", in = ParameterIn.QUERY, required = true, example = "hour"),
        @Parameter(name = "timezone", in = ParameterIn.QUERY, example = "UTC"),
        @Parameter(name = "attribution", in = ParameterIn.QUERY, example = "customer:acme"),
        @Parameter(name = "sources", in = ParameterIn.QUERY, example = "shop"),
        @Parameter(name = "eventTypes", in = ParameterIn.QUERY, example = "sale"),
        @Parameter(name = "mode", in = ParameterIn.QUERY, example = "combined"),
        @Parameter(name = "fill", in = ParameterIn.QUERY, example = "zero")
    })
    @APIResponse(responseCode = "200", description = "The points, in the order of time")
    public Response get(
            @RestPath String report, @Context UriInfo uri, @Context HttpHeaders headers, @Context Request request) {
        try {
            return answer(report, QuestionReader.read(uri.getQueryParameters()), new Answers.Asked(headers, request));
        } catch (Problem problem) {
            throw problem.ofParameters(QuestionReader::parameter);
        }
    }

    private Response answer(String report, MetricQuestion asked, Answers.Asked by) {
        if (asked.metric() instanceof Metric.Flag flag) {
            QueryService.Read<FlagFold> read = service.read(
                    report, QueryMetrics.Asked.BOOLEAN, asked.question(), () -> new FlagFold(flag.field()));
            FlagAnswer answer = FlagAnswer.of(asked.question(), read);
            List<Object> found = Arrays.asList(answer.points(), answer.byGranularity(), answer.truncated());
            return Answers.of(by, read, answer, found, answer::csv);
        }
        QueryService.Read<UnitFold> read =
                service.read(report, QueryMetrics.Asked.METRIC, asked.question(), () -> new UnitFold(asked.metric()));
        Answer answer = Answer.of(asked, read);
        List<Object> found = Arrays.asList(answer.points(), answer.byGranularity(), answer.truncatedValues());
        return Answers.of(by, read, answer, found, () -> Csv.of(asked.metric(), answer));
    }
}

package dev.tallyworks.api.query;

import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.metric.Metric;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
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
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "revenue per hour", value = EXAMPLE)))
                    byte[] body) {
        return answer(report, QuestionReader.read(JsonBody.object(body)), headers);
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
    public Response get(@RestPath String report, @Context UriInfo uri, @Context HttpHeaders headers) {
        try {
            return answer(report, QuestionReader.read(uri.getQueryParameters()), headers);
        } catch (Problem problem) {
            throw problem.ofParameters(QuestionReader::parameter);
        }
    }

    private Response answer(String report, MetricQuestion question, HttpHeaders headers) {
        boolean csv = wantsCsv(headers.getAcceptableMediaTypes());
        if (question.metric() instanceof Metric.Flag flag) {
            FlagAnswer answer = service.flags(report, question.question(), flag);
            return response(csv ? answer.csv() : answer, csv);
        }
        Answer answer = service.answer(report, question);
        return response(csv ? Csv.of(question.metric(), answer) : answer, csv);
    }

    static Response response(Object answer, boolean csv) {
        return Response.ok(answer)
                .type(csv ? Csv.MEDIA_TYPE : MediaType.APPLICATION_JSON)
                .build();
    }

    /** Whether CSV is preferred to JSON; where both are equal, the first. */
    static boolean wantsCsv(List<MediaType> acceptedByWeight) {
        for (MediaType type : acceptedByWeight) {
            if (isRefused(type)) {
                continue;
            }
            if (type.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
                return false;
            }
            if (type.isCompatible(MediaType.valueOf("text/csv"))) {
                return true;
            }
        }
        throw new NotAcceptableException();
    }

    private static boolean isRefused(MediaType type) {
        return type.getParameters().getOrDefault("q", "1").matches("0(\\.0*)?");
    }
}

package dev.tallyworks.api.query;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.function.Function;
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

/** Questions that are answered by rows: datasets and groups. */
@Path("/api/v1/reports")
@Tag(name = "Queries", description = "Exact numbers over time")
public class RowsResource {
    private static final String DATASET = """
            {"metrics": ["amount", "currency"], "compute": {"average": "amount_sum / sale_count"}, "where": "sale_count > 0",
             "sortBy": "average", "sortDirection": "desc", "limit": 24, "granularity": "hour",
             "timeRange": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}}""";
    private static final String GROUPS = """
            {"metrics": ["amount"], "groupBy": ["currency", "country"], "granularity": "day",
             "timeRange": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-08T00:00:00Z"}}""";
    private static final String FLAT = """
            {"metrics": ["amount"], "groupBy": ["country", "city"], "sortBy": "amount_sum", "sortDirection": "desc",
             "timeRange": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-08T00:00:00Z"}}""";

    private final QueryService service;

    RowsResource(QueryService service) {
        this.service = service;
    }

    @POST
    @Path("/{report}/dataset")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Ask for all numbers, one row a unit of time; Accept: text/csv gives CSV")
    @APIResponse(responseCode = "200", description = "The rows")
    public Response dataset(
            @RestPath String report,
            @Context HttpHeaders headers,
            @Context Request request,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "hours by average", value = DATASET)))
                    byte[] body) {
        return dataset(report, JsonBody.object(body), new Answers.Asked(headers, request));
    }

    @GET
    @Path("/{report}/dataset")
    @Operation(summary = "Ask for all numbers, one row a unit of time, by parameters")
    @Parameters({
        @Parameter(name = "start", in = ParameterIn.QUERY, required = true, example = "2026-01-01T00:00:00Z"),
        @Parameter(name = "end", in = ParameterIn.QUERY, required = true, example = "2026-01-02T00:00:00Z"),
        @Parameter(name = "granularity", in = ParameterIn.QUERY, required = true, example = "hour"),
        @Parameter(name = "metrics", in = ParameterIn.QUERY, example = "amount,currency"),
        @Parameter(
                name = "compute",
                in = ParameterIn.QUERY,
                example = "{\"average\": \"amount_sum / sale_count\"}",
                description = "a JSON object"),
        @Parameter(name = "where", in = ParameterIn.QUERY, example = "sale_count > 0"),
        @Parameter(name = "sortBy", in = ParameterIn.QUERY, example = "timestamp"),
        @Parameter(name = "sortDirection", in = ParameterIn.QUERY, example = "asc"),
        @Parameter(name = "limit", in = ParameterIn.QUERY, example = "24"),
        @Parameter(name = "cursor", in = ParameterIn.QUERY)
    })
    @APIResponse(responseCode = "200", description = "The rows")
    public Response dataset(
            @RestPath String report, @Context UriInfo uri, @Context HttpHeaders headers, @Context Request request) {
        return byParameters(
                uri,
                body -> {
                    DatasetQuestion.readParameter(body);
                    return dataset(report, body, new Answers.Asked(headers, request));
                },
                "metrics",
                "compute",
                "where",
                "sortBy",
                "sortDirection",
                "limit",
                "cursor");
    }

    private Response dataset(String report, ObjectNode body, Answers.Asked by) {
        DatasetQuestion asked = DatasetQuestion.read(body);
        QueryService.Read<DatasetFold> read =
                service.read(report, QueryMetrics.Asked.DATASET, asked.question(), DatasetFold::new);
        RowsAnswer answer = asked.answer(read);
        return Answers.of(by, read, answer, answer.found(), answer::csv);
    }

    @POST
    @Path("/{report}/groups")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Ask for numbers by the values of fields, one row a unit of time; Accept: text/csv gives CSV")
    @APIResponse(responseCode = "200", description = "The rows")
    public Response groups(
            @RestPath String report,
            @Context HttpHeaders headers,
            @Context Request request,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples =
                                                    @ExampleObject(name = "by currency and country", value = GROUPS)))
                    byte[] body) {
        return groups(report, JsonBody.object(body), new Answers.Asked(headers, request));
    }

    @GET
    @Path("/{report}/groups")
    @Operation(summary = "Ask for numbers by the values of fields, one row a unit of time, by parameters")
    @Parameters({
        @Parameter(name = "start", in = ParameterIn.QUERY, required = true, example = "2026-01-01T00:00:00Z"),
        @Parameter(name = "end", in = ParameterIn.QUERY, required = true, example = "2026-01-08T00:00:00Z"),
        @Parameter(name = "granularity", in = ParameterIn.QUERY, required = true, example = "day"),
        @Parameter(name = "metrics", in = ParameterIn.QUERY, example = "amount"),
        @Parameter(name = "groupBy", in = ParameterIn.QUERY, required = true, example = "currency,country"),
        @Parameter(name = "sortBy", in = ParameterIn.QUERY, example = "timestamp"),
        @Parameter(name = "sortDirection", in = ParameterIn.QUERY, example = "asc")
    })
    @APIResponse(responseCode = "200", description = "The rows")
    public Response groups(
            @RestPath String report, @Context UriInfo uri, @Context HttpHeaders headers, @Context Request request) {
        return byParameters(
                uri,
                body -> groups(report, body, new Answers.Asked(headers, request)),
                "metrics",
                "groupBy",
                "sortBy",
                "sortDirection");
    }

    private Response groups(String report, ObjectNode body, Answers.Asked by) {
        GroupsQuestion asked = GroupsQuestion.read(body);
        QueryService.Read<TypedFold> read =
                service.read(report, QueryMetrics.Asked.GROUPS, asked.question(), TypedFold::new);
        RowsAnswer answer = asked.answer(read);
        return Answers.of(by, read, answer, answer.found(), () -> asked.csv(answer));
    }

    @POST
    @Path("/{report}/groups/flat")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Ask for a number by a hierarchy of fields; Accept: text/csv gives CSV")
    @APIResponse(responseCode = "200", description = "The rows of every level")
    public Response flat(
            @RestPath String report,
            @Context HttpHeaders headers,
            @Context Request request,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "by country and city", value = FLAT)))
                    byte[] body) {
        return flat(report, JsonBody.object(body), new Answers.Asked(headers, request));
    }

    @GET
    @Path("/{report}/groups/flat")
    @Operation(summary = "Ask for a number by a hierarchy of fields, by parameters")
    @Parameters({
        @Parameter(name = "start", in = ParameterIn.QUERY, required = true, example = "2026-01-01T00:00:00Z"),
        @Parameter(name = "end", in = ParameterIn.QUERY, required = true, example = "2026-01-08T00:00:00Z"),
        @Parameter(name = "metrics", in = ParameterIn.QUERY, required = true, example = "amount"),
        @Parameter(name = "groupBy", in = ParameterIn.QUERY, required = true, example = "country,city"),
        @Parameter(name = "sortBy", in = ParameterIn.QUERY, example = "amount_sum"),
        @Parameter(name = "sortDirection", in = ParameterIn.QUERY, example = "desc")
    })
    @APIResponse(responseCode = "200", description = "The rows of every level")
    public Response flat(
            @RestPath String report, @Context UriInfo uri, @Context HttpHeaders headers, @Context Request request) {
        return byParameters(
                uri,
                body -> flat(report, body, new Answers.Asked(headers, request)),
                "metrics",
                "groupBy",
                "sortBy",
                "sortDirection");
    }

    private Response flat(String report, ObjectNode body, Answers.Asked by) {
        FlatGroupsQuestion asked = FlatGroupsQuestion.read(body);
        QueryService.Read<LeafFold> read =
                service.read(report, QueryMetrics.Asked.FLAT_GROUPS, asked.question(), LeafFold::new);
        RowsAnswer answer = asked.answer(read);
        return Answers.of(by, read, answer, answer.found(), () -> asked.csv(answer));
    }

    /** @param others names of parameters beside those that all questions have, without a metric */
    private static Response byParameters(UriInfo uri, Function<ObjectNode, Response> question, String... others) {
        try {
            return question.apply(QuestionReader.body(uri.getQueryParameters(), others));
        } catch (Problem problem) {
            throw problem.ofParameters(QuestionReader::parameter);
        }
    }
}

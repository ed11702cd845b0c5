package dev.tallyworks.api.http;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Adds to every operation of the API the problems that it may answer with, so that resources name only their own. */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public class ProblemsInOpenApi implements OASFilter {
    private static final String PROBLEM = "Problem";

    @Override
    public void filterOpenAPI(OpenAPI document) {
        if (document.getPaths() == null) {
            return;
        }
        if (document.getComponents() == null) {
            document.setComponents(OASFactory.createComponents());
        }
        document.getComponents().addSchema(PROBLEM, schema());
        document.getPaths().getPathItems().forEach((path, item) -> {
            if (path.startsWith("/api/")) {
                item.getOperations().forEach((method, operation) -> add(path, method, operation));
            }
        });
    }

    private static Schema schema() {
        Schema text = OASFactory.createSchema().type(List.of(Schema.SchemaType.STRING));
        Schema error = OASFactory.createSchema()
                .type(List.of(Schema.SchemaType.OBJECT))
                .addProperty("index", OASFactory.createSchema().type(List.of(Schema.SchemaType.INTEGER)))
                .addProperty("pointer", text)
                .addProperty("code", text)
                .addProperty("detail", text);
        return OASFactory.createSchema()
                .description("Problem details, RFC 9457")
                .type(List.of(Schema.SchemaType.OBJECT))
                .addProperty("type", text)
                .addProperty("title", text)
                .addProperty("status", OASFactory.createSchema().type(List.of(Schema.SchemaType.INTEGER)))
                .addProperty("detail", text)
                .addProperty(
                        "errors",
                        OASFactory.createSchema()
                                .type(List.of(Schema.SchemaType.ARRAY))
                                .items(error))
                .required(List.of("type", "title", "status", "detail"));
    }

    private static void add(String path, PathItem.HttpMethod method, Operation operation) {
        boolean hasBody = operation.getRequestBody() != null;
        boolean asks = operation.getParameters() != null
                && operation.getParameters().stream()
                        .anyMatch(parameter -> String.valueOf(parameter.getIn()).equals("query"));
        Map<ProblemKind, Boolean> possible = new LinkedHashMap<>();
        possible.put(ProblemKind.BAD_REQUEST, hasBody);
        possible.put(ProblemKind.NOT_FOUND, path.contains("{"));
        possible.put(ProblemKind.TOO_LARGE, hasBody);
        possible.put(ProblemKind.UNSUPPORTED_MEDIA_TYPE, hasBody);
        possible.put(ProblemKind.INVALID, hasBody || asks);
        possible.put(ProblemKind.UNAVAILABLE, true);
        possible.forEach((kind, here) -> {
            if (here) {
                add(operation, kind);
            }
        });
        // Those that a resource names itself say when, but not in which shape.
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            if ((status.startsWith("4") || status.startsWith("5")) && response.getContent() == null) {
                response.setContent(content(ProblemKind.of(Integer.parseInt(status))));
            }
        });
    }

    private static void add(Operation operation, ProblemKind kind) {
        String status = Integer.toString(kind.status());
        if (operation.getResponses() == null) {
            operation.setResponses(OASFactory.createAPIResponses());
        }
        if (!operation.getResponses().hasAPIResponse(status)) {
            APIResponse response = OASFactory.createAPIResponse().description(kind.title());
            operation.getResponses().addAPIResponse(status, response);
        }
    }

    private static Content content(ProblemKind kind) {
        return OASFactory.createContent()
                .addMediaType(
                        ProblemMapper.MEDIA_TYPE,
                        OASFactory.createMediaType()
                                .schema(OASFactory.createSchema().ref("#/components/schemas/" + PROBLEM))
                                .example(ProblemMapper.body(kind, kind.title() + ".", List.of(), Map.of())));
    }
}

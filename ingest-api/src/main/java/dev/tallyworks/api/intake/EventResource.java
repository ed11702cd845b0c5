package dev.tallyworks.api.intake;

import dev.tallyworks.api.intake.EventReader.Format;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Takes posted events. Never blocks, so that many connections share a commit on few threads. */
@Path("/api/v1/sources")
@Tag(name = "Events", description = "What happened: posted once or more often, counted once")
public class EventResource {
    static final String NDJSON = "application/x-ndjson";

    private static final String EXAMPLE = """
            {"uuid": "order-1001", "type": "sale", "timestamp": "2026-01-01T12:05:00Z",
             "payload": {"amount": 19.99, "currency": "EUR", "items": 3},
             "attributions": [{"type": "customer", "value": "acme"}]}
            """;

    private static final int OK = 200;
    private static final int CREATED = 201;
    private static final int MULTI_STATUS = 207;

    private final Intake intake;

    @Inject
    EventResource(Intake intake) {
        this.intake = intake;
    }

    // In the path of the class, the parameter would make 404 of each method that is not taken.
    @POST
    @Path("/{source}/events")
    @Consumes({MediaType.APPLICATION_JSON, NDJSON})
    @Produces(MediaType.APPLICATION_JSON)
    @NonBlocking
    @Operation(
            summary = "Record one event or a batch",
            description =
                    "An object is one event; an array, or NDJSON, is a batch. gzip is accepted. Posting again what"
                            + " may have been recorded is safe: a known uuid changes nothing.")
    @RequestBody(
            required = true,
            content = {
                @Content(
                        mediaType = MediaType.APPLICATION_JSON,
                        schema = @Schema(implementation = EventSchema.class),
                        examples = @ExampleObject(name = "one event", value = EXAMPLE)),
                @Content(
                        mediaType = NDJSON,
                        examples =
                                @ExampleObject(
                                        name = "a batch",
                                        value =
                                                "{\"uuid\": \"order-1001\", \"type\": \"sale\", \"payload\": {\"amount\": 19.99}}\n"
                                                        + "{\"uuid\": \"order-1002\", \"type\": \"sale\", \"payload\": {\"amount\": 5}}\n"))
            })
    @APIResponse(responseCode = "201", description = "The event was recorded")
    @APIResponse(responseCode = "200", description = "The event was known, or all of the batch was taken or known")
    @APIResponse(responseCode = "207", description = "Some events of the batch were rejected, the others are recorded")
    @APIResponse(responseCode = "422", description = "The event, or every event of the batch, was rejected")
    public CompletionStage<RestResponse<PostAnswer>> post(
            @PathParam("source") String source,
            @HeaderParam(HttpHeaders.CONTENT_TYPE) @Nullable MediaType type,
            @HeaderParam(HttpHeaders.CONTENT_ENCODING) @Nullable String encoding,
            byte[] body) {
        return intake.post(source, new IncomingBody(body, isGzip(encoding), format(type)))
                .handle((answer, failed) -> {
                    if (failed != null) {
                        throw new CompletionException(IntakeProblems.of(failed));
                    }
                    return respond(answer);
                });
    }

    /** A charset says nothing: JSON is UTF-8. */
    private static Format format(@Nullable MediaType type) {
        if (type == null) {
            throw new NotSupportedException("no Content-Type");
        }
        return type.getSubtype().equalsIgnoreCase("x-ndjson") ? Format.NDJSON : Format.JSON;
    }

    private static boolean isGzip(@Nullable String encoding) {
        if (encoding == null || encoding.isBlank() || encoding.equalsIgnoreCase("identity")) {
            return false;
        }
        if (encoding.equalsIgnoreCase("gzip") || encoding.equalsIgnoreCase("x-gzip")) {
            return true;
        }
        throw new NotSupportedException("content encoding " + encoding + ": only gzip is taken");
    }

    private static RestResponse<PostAnswer> respond(PostAnswer answer) {
        return RestResponse.ResponseBuilder.<PostAnswer>create(status(answer))
                .entity(answer)
                .build();
    }

    private static int status(PostAnswer answer) {
        if (answer instanceof BatchView batch) {
            return batch.rejected() == 0 ? OK : MULTI_STATUS;
        }
        return Boolean.TRUE.equals(((EventView) answer).duplicate()) ? OK : CREATED;
    }
}

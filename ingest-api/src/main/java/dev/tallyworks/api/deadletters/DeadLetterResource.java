package dev.tallyworks.api.deadletters;

import dev.tallyworks.api.http.Admin;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Page;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.event.DeadLetters.Letter;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Events that could not be aggregated. */
@Admin
@Path("/api/v1/dead-letters")
@Tag(name = "Operation", description = "The state of queue and workers, and what could not be aggregated")
@Produces(MediaType.APPLICATION_JSON)
public class DeadLetterResource {
    private static final String EXAMPLE =
            "{\"source\": \"shop\", \"type\": \"sale\", \"since\": \"2026-01-01T00:00:00Z\", \"dryRun\": true,"
                    + " \"limit\": 1000}";

    private final DeadLetterService service;

    DeadLetterResource(DeadLetterService service) {
        this.service = service;
    }

    @GET
    @Operation(
            summary = "List dead events, the one that died last first",
            description = "One that is being retried is not listed; it is again, should it die again.")
    public Page<LetterView> list(
            @Parameter(example = "shop") @RestQuery @Nullable String source,
            @Parameter(example = "sale") @RestQuery @Nullable String type,
            @Parameter(description = "exactly this reason") @RestQuery @Nullable String reason,
            @Parameter(
                            description = "ISO-8601 or epoch milliseconds: died then or later",
                            example = "2026-01-01T00:00:00Z")
                    @RestQuery
                    @Nullable
                    String since,
            @RestQuery @Nullable String limit,
            @RestQuery @Nullable String cursor) {
        LetterFilter filter = LetterFilter.ofParameters(source, type, reason, since);
        Page<Letter> page = ofParameters(() -> service.list(filter, Page.limit(limit), cursor));
        return new Page<>(page.items().stream().map(LetterView::of).toList(), page.nextCursor());
    }

    private static <T> T ofParameters(Supplier<T> call) {
        try {
            return call.get();
        } catch (Problem problem) {
            throw problem.ofParameters(pointer -> pointer.substring(1));
        }
    }

    @GET
    @Path("/{id}")
    @Operation(summary = "One dead event, with what was thrown")
    public LetterView.OpenedView get(@RestPath String id) {
        return LetterView.OpenedView.of(service.open(id));
    }

    @POST
    @Path("/{id}/retry")
    @Operation(
            summary = "Try a dead event again, with all its attempts",
            description = "It counts exactly once, however often this is called.")
    @APIResponse(responseCode = "202", description = "It is pending again")
    public RestResponse<Void> retry(@RestPath String id) {
        service.retry(id);
        return RestResponse.accepted();
    }

    @DELETE
    @Path("/{id}")
    @Operation(summary = "Discard a dead event: it stays recorded and is never counted")
    @APIResponse(responseCode = "204", description = "It is discarded")
    @APIResponse(responseCode = "409", description = "It is being retried")
    public RestResponse<Void> discard(@RestPath String id) {
        service.discard(id);
        return RestResponse.noContent();
    }

    @POST
    @Path("/retry")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Try all dead events again that match",
            description =
                    "Without members all of them. The newest are the first; after 30 seconds the rest is left, and"
                            + " done is less than matched: call it again.")
    public LetterView.Bulk retryAll(
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "a dry run", value = EXAMPLE)))
                    byte[] body) {
        return doWithAll(DeadLetterService.Deed.RETRY, body);
    }

    @POST
    @Path("/discard")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            summary = "Discard all dead events that match",
            description = "Without members all of them. They stay recorded and are never counted.")
    public LetterView.Bulk discardAll(
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "a dry run", value = EXAMPLE)))
                    byte[] body) {
        return doWithAll(DeadLetterService.Deed.DISCARD, body);
    }

    private LetterView.Bulk doWithAll(DeadLetterService.Deed deed, byte[] body) {
        Members members = Members.of(JsonBody.object(body));
        LetterFilter filter = LetterFilter.ofBody(members);
        boolean dryRun = members.flag("dryRun", false);
        long limit = members.integer("limit", 1, Long.MAX_VALUE, Long.MAX_VALUE);
        members.end();
        return service.doWithAll(deed, filter, dryRun, limit);
    }
}

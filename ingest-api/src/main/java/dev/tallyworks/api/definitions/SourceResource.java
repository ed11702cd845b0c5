package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.Admin;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.http.Page;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Source;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriBuilder;
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
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Sources and their event types. */
@Admin
@Path("/api/v1/sources")
@Tag(name = "Sources", description = "Where events come from, and of which types they are")
@Produces(MediaType.APPLICATION_JSON)
public class SourceResource {
    private static final String SOURCE_EXAMPLE = """
            {"name": "Shop", "description": "The web shop", "owners": ["team-shop"],
             "eventTypes": [{"name": "sale", "schema": {"type": "object", "required": ["amount"],
               "properties": {"amount": {"type": "number"}}}}]}""";

    private final SourceService service;

    SourceResource(SourceService service) {
        this.service = service;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Define a source, or add event types to it")
    @APIResponse(responseCode = "201", description = "Defined")
    @APIResponse(responseCode = "200", description = "There was one of this name; missing event types were added")
    @APIResponse(responseCode = "409", description = "Another name has the same id")
    public RestResponse<ObjectNode> create(
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples = @ExampleObject(name = "source", value = SOURCE_EXAMPLE)))
                    byte[] body) {
        SourceService.Answer<Source> answer = service.create(JsonBody.object(body));
        ObjectNode view = Views.source(answer.definition());
        return answer.created()
                ? created(view, "/api/v1/sources/{id}", answer.definition().id())
                : RestResponse.ok(view);
    }

    static RestResponse<ObjectNode> created(ObjectNode view, String path, Object... parts) {
        return RestResponse.ResponseBuilder.<ObjectNode>create(RestResponse.Status.CREATED)
                .entity(view)
                .location(UriBuilder.fromPath(path).build(parts))
                .build();
    }

    @GET
    @Operation(summary = "List the sources")
    public Page<ObjectNode> list(@RestQuery @Nullable String limit, @RestQuery @Nullable String cursor) {
        Page<Source> page = Page.of(service.all(), Source::id, limit, cursor);
        return new Page<>(page.items().stream().map(Views::source).toList(), page.nextCursor());
    }

    @GET
    @Path("/{source}")
    @Operation(summary = "Read a source")
    public ObjectNode get(@RestPath String source) {
        return Views.source(service.get(source));
    }

    @PATCH
    @Path("/{source}")
    @Consumes({MediaType.APPLICATION_JSON, "application/merge-patch+json"})
    @Operation(summary = "Change a source, by a merge patch; its name stays")
    public ObjectNode patch(
            @RestPath String source,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples =
                                                    @ExampleObject(
                                                            name = "patch",
                                                            value =
                                                                    "{\"description\": \"All shops\", \"openTypes\": true}")))
                    byte[] body) {
        return Views.source(service.patch(source, JsonBody.object(body)));
    }

    @DELETE
    @Path("/{source}")
    @Operation(summary = "Remove a source, with purge=true together with its events and numbers")
    @APIResponse(responseCode = "204", description = "Removed")
    @APIResponse(responseCode = "202", description = "Being removed with all that is of it")
    @APIResponse(responseCode = "409", description = "It has events, or an aggregation names it")
    public RestResponse<Void> delete(@RestPath String source, @RestQuery @Nullable String purge) {
        if (isTrue("purge", purge)) {
            service.purge(source);
            return RestResponse.accepted();
        }
        service.delete(source);
        return RestResponse.noContent();
    }

    static boolean isTrue(String name, @Nullable String value) {
        if (value == null || value.equals("false")) {
            return false;
        }
        if (value.isEmpty() || value.equals("true")) {
            return true;
        }
        throw Problem.invalid(Problem.Item.of(
                Problem.INVALID_VALUE, "The parameter '" + name + "' must be true or false, not '" + value + "'."));
    }

    @GET
    @Path("/{source}/event-types")
    @Operation(summary = "List the event types of a source")
    public Page<ObjectNode> types(
            @RestPath String source, @RestQuery @Nullable String limit, @RestQuery @Nullable String cursor) {
        Page<EventType> page =
                Page.of(List.copyOf(service.get(source).eventTypes().values()), EventType::name, limit, cursor);
        return new Page<>(page.items().stream().map(Views::eventType).toList(), page.nextCursor());
    }

    @PUT
    @Path("/{source}/event-types/{type}")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Define an event type, or define it anew")
    @APIResponse(responseCode = "201", description = "Defined")
    @APIResponse(responseCode = "200", description = "Defined anew")
    public RestResponse<ObjectNode> putType(
            @RestPath String source,
            @RestPath String type,
            @RequestBody(
                            content =
                                    @Content(
                                            mediaType = MediaType.APPLICATION_JSON,
                                            schema = @Schema(type = SchemaType.OBJECT),
                                            examples =
                                                    @ExampleObject(
                                                            name = "event type",
                                                            value =
                                                                    "{\"description\": \"A paid order\", \"schema\": "
                                                                            + "{\"type\": \"object\", \"required\": [\"amount\"]}}")))
                    byte[] body) {
        SourceService.Answer<EventType> answer = service.putType(source, type, JsonBody.object(body));
        ObjectNode view = Views.eventType(answer.definition());
        return answer.created()
                ? created(view, "/api/v1/sources/{source}/event-types/{type}", source, type)
                : RestResponse.ok(view);
    }

    @DELETE
    @Path("/{source}/event-types/{type}")
    @Operation(summary = "Remove an event type; events of it are kept")
    @APIResponse(responseCode = "204", description = "Removed")
    public void deleteType(@RestPath String source, @RestPath String type) {
        service.deleteType(source, type);
    }
}

package dev.tallyworks.api.metadata;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.metadata.Facts;
import dev.tallyworks.metadata.Metadata;
import dev.tallyworks.metadata.Subject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** What occurs in the events of a source. */
@Path("/api/v1/sources")
@Tag(name = "Sources")
@Produces(MediaType.APPLICATION_JSON)
public class SourceMetadataResource {
    private final Definitions definitions;
    private final Metadata metadata;
    private final RawEvents events;

    SourceMetadataResource(Definitions definitions, Metadata metadata, RawEvents events) {
        this.definitions = definitions;
        this.metadata = metadata;
        this.events = events;
    }

    @GET
    @Path("/{source}/metadata")
    @Operation(summary = "Tell which types, fields, attributions and times the events of a source have")
    @APIResponse(responseCode = "200", description = "Names, and the first and last timestamp")
    public SourceMetadata get(@RestPath String source) {
        Source defined = definitions
                .refresh()
                .source(source)
                .orElseThrow(() -> Problem.notFound("There is no source '" + source + "'."));
        Subject subject = new Subject.OfSource(source, defined.incarnation());
        // The events first: whatever is recorded has been noted before.
        RawEvents.TimeSpan span =
                events.timestamps(source, defined.incarnation()).orElse(null);
        Facts facts = metadata.find(List.of(subject)).getOrDefault(subject, new Facts());
        return SourceMetadata.of(facts, span);
    }
}

package dev.tallyworks.api.metadata;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.metadata.Facts;
import dev.tallyworks.metadata.Metadata;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.SortedSet;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;

/** What occurs in what a report has counted. */
@Path("/api/v1/reports")
@Tag(name = "Reports")
@Produces(MediaType.APPLICATION_JSON)
public class ReportMetadataResource {
    private final Definitions definitions;
    private final Metadata metadata;

    ReportMetadataResource(Definitions definitions, Metadata metadata) {
        this.definitions = definitions;
        this.metadata = metadata;
    }

    @GET
    @Path("/{report}/metadata")
    @Operation(summary = "Tell which metrics, fields, attributions, sources and times a report can be asked for")
    @APIResponse(responseCode = "200", description = "Names, and the first and last bucket")
    public ReportMetadata get(@RestPath String report) {
        Snapshot snapshot = definitions.refresh();
        if (snapshot.report(report).isEmpty()) {
            throw Problem.notFound("There is no report '" + report + "'.");
        }
        Facts facts = new Facts();
        SortedSet<String> sources = new TreeSet<>();
        for (Aggregation aggregation : snapshot.aggregationsOf(report)) {
            for (int generation : aggregation.generations().numbersInForce()) {
                metadata.ofAggregation(aggregation.id(), generation).forEach((subject, counted) -> {
                    if (snapshot.counts(subject.source(), subject.incarnation())) {
                        facts.addAll(counted);
                        sources.add(subject.source());
                    }
                });
            }
        }
        return ReportMetadata.of(facts, sources);
    }
}

package dev.tallyworks.api.metadata;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Generations;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.metadata.Facts;
import dev.tallyworks.metadata.Metadata;
import dev.tallyworks.time.TimeRange;
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
            for (Aggregation.Portion portion : aggregation.portions(Generations.ALWAYS)) {
                Aggregation of = portion.aggregation();
                metadata.ofAggregation(of.id(), of.generation()).forEach((subject, counted) -> {
                    if (snapshot.counts(subject.source(), subject.incarnation())
                            && addInForce(counted, portion, facts)) {
                        sources.add(subject.source());
                    }
                });
            }
        }
        return ReportMetadata.of(facts, sources);
    }

    /** Adds what a generation has counted if any of it may be in force: its bounds say whether. */
    private static boolean addInForce(Facts counted, Aggregation.Portion portion, Facts to) {
        TimeRange era = portion.range();
        if (counted.lastMillis() < era.startMillis() || counted.firstMillis() >= era.endMillis()) {
            return false;
        }
        counted.forEachName(to::add);
        long lastOfEra = era.endMillis() - portion.aggregation().granularity().widthMillis();
        to.cover(Math.max(counted.firstMillis(), era.startMillis()));
        to.cover(Math.min(counted.lastMillis(), lastOfEra));
        return true;
    }
}

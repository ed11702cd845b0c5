package dev.tallyworks.api.definitions;

import dev.tallyworks.api.intake.CommitSettings;
import dev.tallyworks.api.rebuild.RebuildTargets;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.event.RawEvents;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** Produces the services of this package. */
@ApplicationScoped
class DefinitionsWiring {
    /** What may lie between a commit's last look at the clock and its answer. */
    private static final Duration ANSWERING = Duration.ofMillis(500);

    @Produces
    @Singleton
    EventSchemas schemas() {
        return new EventSchemas();
    }

    @Produces
    @Singleton
    SourceService sources(
            DefinitionLog definitions, RawEvents events, EventSchemas schemas, CommitSettings commits, Clock clock) {
        // A commit that read the definitions just before they changed may be answered for so long.
        Duration patience = commits.commitDeadline().plus(ANSWERING);
        return new SourceService(definitions, events, new SourceReader(schemas), clock, patience);
    }

    @Produces
    @Singleton
    ReportService reports(DefinitionLog definitions, RebuildTargets rebuilds, Clock clock) {
        return new ReportService(definitions, rebuilds, clock);
    }
}

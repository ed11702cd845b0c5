package dev.tallyworks.api.definitions;

import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.event.RawEvents;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Produces the services of this package. */
@ApplicationScoped
class DefinitionsWiring {
    @Produces
    @Singleton
    EventSchemas schemas() {
        return new EventSchemas();
    }

    @Produces
    @Singleton
    SourceService sources(
            DefinitionLog definitions,
            RawEvents events,
            EventSchemas schemas,
            Clock clock,
            @ConfigProperty(name = "tallyworks.ingest.commit-deadline-millis", defaultValue = "2000")
                    long commitDeadlineMillis) {
        // A commit that read the definitions just before they changed may be answered for so long.
        Duration patience = Duration.ofMillis(commitDeadlineMillis + 500);
        return new SourceService(definitions, events, new SourceReader(schemas), clock, patience);
    }

    @Produces
    @Singleton
    ReportService reports(DefinitionLog definitions, Clock clock) {
        return new ReportService(definitions, clock);
    }
}

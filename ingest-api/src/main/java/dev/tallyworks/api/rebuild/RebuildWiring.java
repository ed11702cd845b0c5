package dev.tallyworks.api.rebuild;

import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.metadata.Metadata;
import dev.tallyworks.mongo.MongoRebuilds;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Produces the services of this package. */
@ApplicationScoped
class RebuildWiring {
    @Produces
    @Singleton
    RebuildTargets targets(Metadata metadata) {
        return new RebuildTargets(metadata);
    }

    @Produces
    @Singleton
    RebuildService rebuilds(DefinitionLog definitions, MongoDatabase database, RebuildTargets targets, Clock clock) {
        return new RebuildService(definitions, new MongoRebuilds(database), targets, clock);
    }
}

package dev.tallyworks.api.query;

import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.mongo.MongoRollupScan;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Produces the services of this package. */
@ApplicationScoped
class QueryWiring {
    @Produces
    @Singleton
    QueryService queries(Definitions definitions, MongoDatabase database, RawEvents events, Clock clock) {
        return new QueryService(definitions, new HistoricalScan(new MongoRollupScan(database), events, clock));
    }
}

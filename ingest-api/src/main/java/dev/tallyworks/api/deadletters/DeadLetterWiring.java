package dev.tallyworks.api.deadletters;

import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.mongo.MongoDeadLetters;
import dev.tallyworks.queue.JobQueue;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;

/** Puts dead letters together. */
@ApplicationScoped
class DeadLetterWiring {
    private static final Duration BULK_MAX = Duration.ofSeconds(30);

    @Produces
    @Singleton
    DeadLetterService service(
            Definitions definitions, MongoDatabase database, RawEvents events, JobQueue queue, Clock clock) {
        return new DeadLetterService(definitions, new MongoDeadLetters(database), events, queue, BULK_MAX, clock);
    }
}

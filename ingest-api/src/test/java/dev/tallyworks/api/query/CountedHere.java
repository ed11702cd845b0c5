package dev.tallyworks.api.query;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.event.RecordedEvent;
import dev.tallyworks.metadata.MetadataNotes;
import dev.tallyworks.metadata.NotedRollups;
import dev.tallyworks.metric.MetricGenerator;
import dev.tallyworks.mongo.MongoMetadata;
import dev.tallyworks.mongo.MongoRollups;
import dev.tallyworks.rollup.RollupFold;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what has been posted to a source, with what a worker counts it with, but with nobody else to beware of. */
@Singleton
public class CountedHere {
    private static final String LANE = "l1";
    private static final int EVENTS_MAX = 1_000;

    private final MongoDatabase database;
    private final Definitions definitions;
    private final RawEvents events;
    private final MetricGenerator generator;
    private final AtomicLong seq = new AtomicLong();

    CountedHere(MongoDatabase database, Definitions definitions, RawEvents events, MetricGenerator generator) {
        this.database = database;
        this.definitions = definitions;
        this.events = events;
        this.generator = generator;
    }

    /** Counts the pending events. */
    public void count(String source) {
        Snapshot snapshot = definitions.refresh();
        Set<String> pending = new HashSet<>();
        database.getCollection("events_" + source)
                .find(Filters.eq("pending", true))
                .forEach(event -> pending.add(event.getString("_id")));
        Source defined = snapshot.source(source).orElseThrow();
        RollupFold fold = new RollupFold();
        RawEvents.Position after = null;
        do {
            RawEvents.Page page = events.list(
                    new RawEvents.Listing(source, defined.incarnation(), null, null, null, null, after, EVENTS_MAX));
            for (RecordedEvent recorded : page.events()) {
                if (pending.contains(recorded.event().ref().uuid())) {
                    for (Aggregation aggregation : definitions
                            .asOf(recorded.event().version())
                            .fedBy(source, recorded.event().type())) {
                        fold.add(recorded.event(), aggregation, generator.generate(recorded.event(), aggregation));
                    }
                }
            }
            after = page.next();
        } while (after != null);
        new NotedRollups(new MongoRollups(database), new MetadataNotes(new MongoMetadata(database)))
                .apply(LANE, seq.incrementAndGet(), fold.deltasOfAllLevels());
        database.getCollection("events_" + source)
                .updateMany(
                        Filters.eq("pending", true),
                        Updates.combine(
                                Updates.unset("pending"),
                                Updates.unset("irregular.dead"),
                                Updates.set("batchVersion", snapshot.version())));
    }
}

package dev.tallyworks.mongo;

import static dev.tallyworks.mongo.Fields.EPOCH;
import static dev.tallyworks.mongo.Fields.ID;
import static dev.tallyworks.mongo.Fields.SEQ;

import com.mongodb.ReadPreference;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.UpdateOptions;
import dev.tallyworks.event.DoneEvents;
import dev.tallyworks.rebuild.Progress;
import dev.tallyworks.rebuild.Rebuilds;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * One document a rebuild: {@code {_id, owner, epoch, leaseUntil, startedAt, total, done, seq, window: {source, after, upTo},
 * place: {source, after, ended}}}, positions as {@code {timestamp, uuid}}.
 */
public final class MongoRebuilds implements Rebuilds {
    private static final String OWNER = "owner";
    private static final String LEASE_UNTIL = "leaseUntil";
    private static final String STARTED_AT = "startedAt";
    private static final String TOTAL = "total";
    private static final String DONE = "done";
    private static final String WINDOW = "window";
    private static final String PLACE = "place";
    private static final String AFTER = "after";
    private static final String UP_TO = "upTo";
    private static final String ENDED = "ended";
    private static final String UUID = "uuid";
    private static final String SOURCE = "source";

    private final MongoCollection<Document> rebuilds;

    public MongoRebuilds(MongoDatabase database) {
        this.rebuilds = database.getCollection(Fields.REBUILDS)
                .withWriteConcern(MongoSettings.DURABLE)
                .withReadPreference(ReadPreference.primary());
    }

    @Override
    public Optional<Lease> take(String rebuild, String owner, long nowMillis, long leaseMillis) {
        Document one = new Document(ID, rebuild);
        Document made = new Document(OWNER, "").append(EPOCH, 0L).append(LEASE_UNTIL, 0L);
        write(Progress.NONE, made);
        DriverFailures.writing(
                () -> rebuilds.updateOne(one, new Document("$setOnInsert", made), new UpdateOptions().upsert(true)));
        Document free = new Document(one).append(LEASE_UNTIL, new Document("$lt", nowMillis));
        Document taken = new Document("$inc", new Document(EPOCH, 1L))
                .append("$set", new Document(OWNER, owner).append(LEASE_UNTIL, nowMillis + leaseMillis));
        Document found = DriverFailures.writing(() -> rebuilds.findOneAndUpdate(
                free, taken, new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)));
        return Optional.ofNullable(found).map(lease -> new Lease(rebuild, lease.getLong(EPOCH), progress(lease)));
    }

    @Override
    public boolean write(Lease lease, Progress progress, long leaseUntilMillis) {
        Document set = new Document(LEASE_UNTIL, leaseUntilMillis);
        write(progress, set);
        return DriverFailures.writing(() -> rebuilds.updateOne(held(lease), new Document("$set", set)))
                        .getMatchedCount()
                == 1;
    }

    @Override
    public void release(Lease lease) {
        DriverFailures.writing(
                () -> rebuilds.updateOne(held(lease), new Document("$set", new Document(LEASE_UNTIL, 0L))));
    }

    @Override
    public Map<String, Progress> progress(Collection<String> ids) {
        Map<String, Progress> found = new HashMap<>();
        DriverFailures.reading(() -> {
            for (Document rebuild : rebuilds.find(new Document(ID, new Document("$in", ids)))) {
                found.put(rebuild.getString(ID), progress(rebuild));
            }
            return found;
        });
        return found;
    }

    private static Document held(Lease lease) {
        return new Document(ID, lease.rebuild()).append(EPOCH, lease.epoch());
    }

    private static void write(Progress progress, Document into) {
        Progress.Window window = progress.window();
        Progress.Place place = progress.place();
        into.append(STARTED_AT, new Date(progress.startedAtMillis()))
                .append(TOTAL, progress.total())
                .append(DONE, progress.done())
                .append(SEQ, progress.seq())
                .append(
                        WINDOW,
                        window == null
                                ? null
                                : new Document(SOURCE, window.source())
                                        .append(AFTER, write(window.after()))
                                        .append(UP_TO, write(window.upTo())))
                .append(
                        PLACE,
                        place == null
                                ? null
                                : new Document(SOURCE, place.source())
                                        .append(AFTER, write(place.after()))
                                        .append(ENDED, place.ended()));
    }

    private static @Nullable Document write(DoneEvents.@Nullable Position position) {
        return position == null
                ? null
                : new Document(Fields.TIMESTAMP, new Date(position.timestampMillis())).append(UUID, position.uuid());
    }

    private static Progress progress(Document read) {
        Document window = read.get(WINDOW, Document.class);
        Document place = read.get(PLACE, Document.class);
        return new Progress(
                read.getDate(STARTED_AT).getTime(),
                read.getLong(TOTAL),
                read.getLong(DONE),
                read.getLong(SEQ),
                window == null
                        ? null
                        : new Progress.Window(
                                window.getString(SOURCE), position(window, AFTER), position(window, UP_TO)),
                place == null
                        ? null
                        : new Progress.Place(place.getString(SOURCE), position(place, AFTER), place.getBoolean(ENDED)));
    }

    private static DoneEvents.@Nullable Position position(Document of, String name) {
        Document position = of.get(name, Document.class);
        return position == null
                ? null
                : new DoneEvents.Position(position.getDate(Fields.TIMESTAMP).getTime(), position.getString(UUID));
    }
}

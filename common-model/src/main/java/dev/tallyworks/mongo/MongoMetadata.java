package dev.tallyworks.mongo;

import static dev.tallyworks.mongo.Fields.ID;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import dev.tallyworks.metadata.Facts;
import dev.tallyworks.metadata.Metadata;
import dev.tallyworks.metadata.NameKind;
import dev.tallyworks.metadata.Subject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bson.Document;
import org.jboss.logging.Logger;

/**
 * Metadata as documents, of a source and of what an aggregation has counted of it:
 *
 * <pre>
 * {_id: "source/shop/12", source, incarnation: int64, eventTypes: [], attributionTypes: [], numbers: [], strings: [], …}
 * {_id: "aggregation/gzm47htr74ywxgw1/1/shop/12", aggregation, generation: int32, source, incarnation: int64,
 *  eventTypes: [], attributionTypes: [], numbers: [], groupable: [], firstBucket: Date, lastBucket: Date}
 * </pre>
 */
public final class MongoMetadata implements Metadata {
    static final String AGGREGATION = "aggregation";
    static final String SOURCE = "source";

    private static final Logger LOG = Logger.getLogger(MongoMetadata.class);
    static final String GENERATION = "generation";
    private static final String FIRST = "firstBucket";
    private static final String LAST = "lastBucket";
    /** The character after the slash: ids of one aggregation lie between its own and this. */
    private static final char AFTER_SLASH = '/' + 1;

    private static final Set<Integer> TOO_LARGE = Set.of(10334, 17419);
    /** One that made the document at the same moment can't do it again. */
    private static final int TRIES_MAX = 5;

    private static final UpdateOptions UPSERT = new UpdateOptions().upsert(true);
    private static final BulkWriteOptions UNORDERED = new BulkWriteOptions().ordered(false);

    private final MongoCollection<Document> metadata;

    public MongoMetadata(MongoDatabase database) {
        this.metadata = database.getCollection(Fields.METADATA)
                .withWriteConcern(MongoSettings.DURABLE)
                .withReadPreference(ReadPreference.primary());
    }

    @Override
    public void add(Map<Subject, Facts> news) {
        List<UpdateOneModel<Document>> left = new ArrayList<>();
        news.forEach((subject, facts) ->
                left.add(new UpdateOneModel<>(new Document(ID, id(subject)), update(subject, facts), UPSERT)));
        for (int tries = 0; !left.isEmpty() && tries < TRIES_MAX; tries++) {
            left.retainAll(write(left));
        }
        if (!left.isEmpty()) {
            throw new IllegalStateException("refused as duplicates again and again: " + news.keySet());
        }
    }

    /** @return what is to be tried again, as somebody made the document at the same moment */
    private List<UpdateOneModel<Document>> write(List<UpdateOneModel<Document>> updates) {
        List<UpdateOneModel<Document>> again = new ArrayList<>();
        try {
            metadata.bulkWrite(updates, UNORDERED);
        } catch (MongoBulkWriteException partly) {
            for (BulkWriteError error : partly.getWriteErrors()) {
                if (error.getCode() == DriverFailures.DUPLICATE_KEY) {
                    again.add(updates.get(error.getIndex()));
                } else if (TOO_LARGE.contains(error.getCode())) {
                    LOG.warnf(
                            "metadata are full: %s",
                            updates.get(error.getIndex()).getFilter());
                } else {
                    throw DriverFailures.translateWrite(partly);
                }
            }
            if (partly.getWriteConcernError() != null) {
                throw DriverFailures.translateWrite(partly);
            }
        } catch (MongoException failed) {
            throw DriverFailures.translateWrite(failed);
        }
        return again;
    }

    private static Document update(Subject subject, Facts facts) {
        Document update = new Document("$setOnInsert", parts(subject));
        Document names = new Document();
        for (NameKind kind : NameKind.values()) {
            if (!facts.names(kind).isEmpty()) {
                names.append(list(kind), new Document("$each", List.copyOf(new TreeSet<>(facts.names(kind)))));
            }
        }
        if (!names.isEmpty()) {
            update.append("$addToSet", names);
        }
        if (facts.hasInstants()) {
            update.append("$min", new Document(FIRST, new Date(facts.firstMillis())));
            update.append("$max", new Document(LAST, new Date(facts.lastMillis())));
        }
        return update;
    }

    @Override
    public Map<Subject, Facts> find(Collection<? extends Subject> subjects) {
        Map<String, Subject> byId = new HashMap<>();
        subjects.forEach(subject -> byId.put(id(subject), subject));
        Map<Subject, Facts> found = new HashMap<>();
        Document those = new Document(ID, new Document("$in", List.copyOf(byId.keySet())));
        for (Document document : read(those)) {
            found.put(byId.get(document.getString(ID)), facts(document));
        }
        return found;
    }

    @Override
    public Map<Subject.OfAggregation, Facts> ofAggregation(String aggregation, int generation) {
        String prefix = AGGREGATION + '/' + aggregation + '/' + generation;
        Document within = new Document("$gt", prefix + '/').append("$lt", prefix + AFTER_SLASH);
        Map<Subject.OfAggregation, Facts> found = new HashMap<>();
        for (Document document : read(new Document(ID, within))) {
            Subject.OfAggregation subject = new Subject.OfAggregation(
                    aggregation, generation, document.getString(SOURCE), document.getLong(Fields.INCARNATION));
            found.put(subject, facts(document));
        }
        return found;
    }

    private List<Document> read(Document filter) {
        return DriverFailures.reading(() -> metadata.find(filter).into(new ArrayList<>()));
    }

    private static Facts facts(Document document) {
        Facts facts = new Facts();
        for (NameKind kind : NameKind.values()) {
            document.getList(list(kind), String.class, List.of()).forEach(name -> facts.add(kind, name));
        }
        if (document.containsKey(FIRST)) {
            facts.cover(document.getDate(FIRST).getTime());
            facts.cover(document.getDate(LAST).getTime());
        }
        return facts;
    }

    private static String list(NameKind kind) {
        return switch (kind) {
            case EVENT_TYPE -> "eventTypes";
            case ATTRIBUTION_TYPE -> "attributionTypes";
            case NUMBER -> "numbers";
            case STRING -> "strings";
            case BOOLEAN -> "booleans";
            case GROUPABLE -> "groupable";
        };
    }

    private static String id(Subject subject) {
        String source = subject.source() + '/' + subject.incarnation();
        return subject instanceof Subject.OfAggregation of
                ? AGGREGATION + '/' + of.aggregation() + '/' + of.generation() + '/' + source
                : SOURCE + '/' + source;
    }

    private static Document parts(Subject subject) {
        Document parts = new Document();
        if (subject instanceof Subject.OfAggregation of) {
            parts.append(AGGREGATION, of.aggregation()).append(GENERATION, of.generation());
        }
        return parts.append(SOURCE, subject.source()).append(Fields.INCARNATION, subject.incarnation());
    }
}

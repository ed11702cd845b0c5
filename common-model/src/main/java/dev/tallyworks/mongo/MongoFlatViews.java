package dev.tallyworks.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.rollup.FlatViews;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Views by {@link FlatViewPipeline}, written where they differ from what they should be. */
public final class MongoFlatViews implements FlatViews {
    private static final Logger LOG = Logger.getLogger(MongoFlatViews.class);
    private static final String SUFFIX = "_metrics";
    private static final Pattern VIEW = Pattern.compile("aggr_[a-z0-9_]+" + SUFFIX);
    private static final Pattern PARTITION = Pattern.compile("(aggr_[a-z0-9_]+)_(-?\\d{1,18})");
    private static final int NAMESPACE_EXISTS = 48;
    private static final int NAMESPACE_NOT_FOUND = 26;

    private final MongoDatabase database;
    private @Nullable Boolean supported;

    public MongoFlatViews(MongoDatabase database) {
        this.database = database;
    }

    @Override
    public void show(Snapshot definitions) {
        if (!areSupported()) {
            return;
        }
        Map<String, BsonDocument> views = new HashMap<>();
        Map<String, TreeMap<Long, String>> partitions = new HashMap<>();
        DriverFailures.reading(() -> {
            for (BsonDocument there : database.listCollections(BsonDocument.class)) {
                String name = there.getString("name").getValue();
                if (there.getString("type").getValue().equals("view")) {
                    views.put(name, there.getDocument("options"));
                } else {
                    Matcher parts = PARTITION.matcher(name);
                    if (parts.matches()) {
                        partitions
                                .computeIfAbsent(parts.group(1), target -> new TreeMap<>())
                                .put(Long.parseLong(parts.group(2)), name);
                    }
                }
            }
            return true;
        });
        for (Aggregation aggregation : definitions.aggregations()) {
            String target = aggregation.targetCollection();
            BsonDocument wanted = view(
                    aggregation,
                    definitions,
                    partitions.getOrDefault(target, new TreeMap<>()).values());
            write(target + SUFFIX, wanted, views.remove(target + SUFFIX));
        }
        views.keySet().stream().filter(name -> VIEW.matcher(name).matches()).forEach(this::drop);
    }

    /** The embedded server would make a collection of a view. */
    private boolean areSupported() {
        if (supported == null) {
            supported = DriverFailures.reading(() -> database.runCommand(new Document("buildInfo", 1)))
                    .containsKey("storageEngines");
        }
        return supported;
    }

    /** A rebuild may have changed whether there are partitions, and which: whatever there is may be in force. */
    private static BsonDocument view(Aggregation aggregation, Snapshot definitions, Iterable<String> partitions) {
        List<String> others = new ArrayList<>();
        partitions.forEach(others::add);
        if (others.size() > FlatViewPipeline.COLLECTIONS_MAX) {
            LOG.warnf(
                    "%s%s shows the newest %d of %d partitions",
                    aggregation.targetCollection(), SUFFIX, FlatViewPipeline.COLLECTIONS_MAX, others.size());
            others = others.subList(others.size() - FlatViewPipeline.COLLECTIONS_MAX, others.size());
        }
        BsonArray pipeline = FlatViewPipeline.of(aggregation, definitions, others);
        return new BsonDocument("viewOn", new BsonString(aggregation.targetCollection())).append("pipeline", pipeline);
    }

    private void write(String name, BsonDocument wanted, @Nullable BsonDocument there) {
        if (wanted.equals(there)) {
            return;
        }
        BsonDocument command = new BsonDocument(there == null ? "create" : "collMod", new BsonString(name));
        command.putAll(wanted);
        run(command);
    }

    private void drop(String name) {
        run(new BsonDocument("drop", new BsonString(name)));
    }

    /** Another worker does the same at the same time; the next pass sees what came of it. */
    private void run(BsonDocument command) {
        DriverFailures.writing(() -> {
            try {
                return database.runCommand(command);
            } catch (MongoCommandException failed) {
                if (failed.getCode() == NAMESPACE_EXISTS || failed.getCode() == NAMESPACE_NOT_FOUND) {
                    return new Document();
                }
                throw failed;
            }
        });
    }
}

package dev.tallyworks.servers.index;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.result.UpdateResult;
import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is asked of them, the quick updates leave behind what the server's own would. */
class QuickUpdatesTest {
    private static final List<String> PATHS = List.of(
            "count", "sum.a.0", "sum.a.1", "sum.b", "sum", "n", "cat.x.y", "cat.x.z", "cat.x", "list", "list.0");

    private final List<Side> sides = new ArrayList<>();

    private static final class Side {
        private final MongoServer server;
        private final MongoClient client;
        private final MongoCollection<Document> documents;

        Side(MongoBackend backend) {
            server = new MongoServer(backend);
            client = MongoClients.create(server.bindAndGetConnectionString());
            documents = client.getDatabase("db").getCollection("documents");
        }

        void close() {
            client.close();
            server.shutdownNow();
        }
    }

    @AfterEach
    void close() {
        sides.forEach(Side::close);
    }

    private Side side(MongoBackend backend) {
        Side side = new Side(backend);
        sides.add(side);
        return side;
    }

    @Test
    void leaveTheSameBehindAsTheServersOwn(@TempDir Path folder) {
        Side own = side(new MemoryBackend());
        Side memory = side(new IndexedMemoryBackend());
        Side file = side(new IndexedH2Backend(folder.resolve("h2").toString()));
        for (Side quick : List.of(memory, file)) {
            quick.documents.createIndex(new Document("count", 1));
            quick.documents.createIndex(
                    new Document("n", 1),
                    new IndexOptions().partialFilterExpression(new Document("cat.x.y", new Document("$exists", true))));
        }
        for (Side side : sides) {
            for (char letter = 'a'; letter < 'm'; letter++) {
                side.documents.insertOne(new Document("_id", "early" + letter));
            }
        }
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            String step = "seed " + seed + ", step " + i;
            boolean many = random.nextInt(4) == 0;
            Document selector = selector(random, many);
            Document update = update(random);
            boolean upsert = !many && random.nextBoolean();
            Object expected = outcome(own, selector, update, many, upsert);
            for (Side quick : List.of(memory, file)) {
                assertThat(outcome(quick, selector, update, many, upsert))
                        .as("%s: %s %s", step, selector, update)
                        .isEqualTo(expected);
            }
            if (random.nextInt(50) == 0) {
                Object count = random.nextLong(4);
                assertSame(step, own, List.of(memory, file), new Document());
                assertSame(step, own, List.of(memory, file), new Document("count", count));
                assertSame(
                        step,
                        own,
                        List.of(memory, file),
                        new Document("cat.x.y", new Document("$exists", true)).append("n", new Document("$gt", 1L)));
            }
        }
    }

    private static void assertSame(String step, Side own, List<Side> others, Document query) {
        for (Side other : others) {
            assertThat(found(other, query)).as("%s: %s", step, query).isEqualTo(found(own, query));
        }
    }

    private static List<Object> found(Side side, Document query) {
        return side.documents.find(query).sort(new Document("_id", 1)).into(new ArrayList<>()).stream()
                .map(QuickUpdatesTest::sorted)
                .toList();
    }

    /** The order of fields says nothing. */
    private static Object sorted(Object value) {
        if (value instanceof Document document) {
            TreeMap<String, Object> members = new TreeMap<>();
            document.forEach((name, member) -> members.put(name, sorted(member)));
            return members;
        }
        return value;
    }

    private static Object outcome(Side side, Document selector, Document update, boolean many, boolean upsert) {
        try {
            UpdateOptions options = new UpdateOptions().upsert(upsert);
            UpdateResult result = many
                    ? side.documents.updateMany(selector, update, options)
                    : side.documents.updateOne(selector, update, options);
            return List.of(result.getMatchedCount(), result.getModifiedCount(), String.valueOf(result.getUpsertedId()));
        } catch (MongoException refused) {
            return refused.getCode();
        }
    }

    private static String early(Random random) {
        return "early" + (char) ('a' + random.nextInt(12));
    }

    private static Document selector(Random random, boolean many) {
        // What the server's own way finds first of several depends on the order in which they were inserted: so several
        // are only those that were inserted in the order of their ids.
        Object ids = many
                ? new Document("$in", List.of(early(random), early(random), early(random)))
                : random.nextBoolean() ? early(random) : "late" + random.nextInt(400);
        Document selector = new Document("_id", ids);
        return switch (random.nextInt(5)) {
            case 0 -> selector.append("n", new Document("$not", new Document("$gte", random.nextLong(4))));
            case 1 -> selector.append("cat.x.y", new Document("$exists", random.nextBoolean()));
            case 2 -> selector.append("count", random.nextLong(3));
            default -> selector;
        };
    }

    private static Document update(Random random) {
        Document update = new Document();
        int operators = 1 + random.nextInt(3);
        for (int i = 0; i < operators; i++) {
            String operator = List.of("$inc", "$inc", "$inc", "$set", "$unset", "$setOnInsert", "$min", "$max")
                    .get(random.nextInt(8));
            Document fields = new Document();
            int count = 1 + random.nextInt(3);
            for (int j = 0; j < count; j++) {
                String path = random.nextInt(40) == 0 ? "_id" : PATHS.get(random.nextInt(PATHS.size()));
                fields.append(path, value(operator, random));
            }
            update.append(operator, fields);
        }
        return update;
    }

    private static Object value(String operator, Random random) {
        return switch (operator) {
            case "$inc" -> random.nextInt(20) == 0 ? Long.MAX_VALUE / 2 : random.nextLong(3);
            case "$min", "$max" -> new Decimal128(BigDecimal.valueOf(random.nextInt(2_000) - 1_000, 2));
            case "$unset" -> "";
            default ->
                switch (random.nextInt(5)) {
                    case 0 -> new Document("a", new Document("0", random.nextLong(5)));
                    case 1 -> List.of(random.nextLong(3), "x");
                    case 2 -> new Date(random.nextInt(3));
                    case 3 -> "text" + random.nextInt(3);
                    default -> random.nextLong(3);
                };
        };
    }
}

package dev.tallyworks.e2e;

import com.mongodb.client.MongoDatabase;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bson.Document;
import org.bson.types.Decimal128;

/**
 * What the stored rollups say, and what they ought to say by the stored events, each as text by series and bucket, read
 * straight from MongoDB with no code of the product: counts, exact sums and counts by value.
 */
final class Recount {
    private static final String NUMBER = "amount";
    private static final String CATEGORY = "currency";

    /** Embedded servers answer with as many documents as there are, however large that gets. */
    private static final int BATCH = 1_000;

    private Recount() {}

    /** The raw events of a source, as rollups of a width. */
    static Map<String, String> ofEvents(MongoDatabase database, String source, long widthMillis) {
        Map<String, Sums> series = new HashMap<>();
        for (Document event : database.getCollection("events_" + source).find().batchSize(BATCH)) {
            long bucket = Math.floorDiv(event.getDate("timestamp").getTime(), widthMillis) * widthMillis;
            Document payload = event.get("payload", Document.class);
            List<String> attributions = new ArrayList<>(List.of("_total:null"));
            for (Document attribution : event.getList("attributions", Document.class)) {
                attributions.add(attribution.getString("type") + ":" + attribution.getString("value"));
            }
            for (String attribution : attributions) {
                series.computeIfAbsent(attribution + " " + event.getString("type") + " " + bucket, key -> new Sums())
                        .add(decimal(payload.get(NUMBER)), payload.getString(CATEGORY));
            }
        }
        return texts(series);
    }

    /** The rollups of the collections whose names begin so. */
    static Map<String, String> ofRollups(MongoDatabase database, String prefix) {
        Map<String, Sums> series = new HashMap<>();
        for (Document rollup : rollups(database, prefix)) {
            Document attribution = rollup.get("attribution", Document.class);
            String key = attribution.getString("type") + ":" + attribution.getString("value") + " "
                    + rollup.getString("type") + " " + rollup.getDate("bucket").getTime();
            Sums sums = new Sums();
            sums.count = ((Number) rollup.get("count")).longValue();
            rollup.get("sum", Document.class)
                    .get(NUMBER, Document.class)
                    .forEach((limb, value) -> sums.amount = sums.amount.add(
                            new BigDecimal(value.toString()).scaleByPowerOfTen(9 * Integer.parseInt(limb))));
            rollup.get("cat", Document.class)
                    .get(CATEGORY, Document.class)
                    .forEach((value, count) -> sums.byCategory.put(value, ((Number) count).longValue()));
            if (series.put(key, sums) != null) {
                throw new AssertionError("two rollups of " + key);
            }
        }
        return texts(series);
    }

    /** What differs between two recounts, each by its series and bucket, and nothing else: all of them fill no screen. */
    static Map<String, String> differences(Map<String, String> ofEvents, Map<String, String> ofRollups) {
        Map<String, String> differences = new TreeMap<>();
        Set<String> keys = new TreeSet<>(ofEvents.keySet());
        keys.addAll(ofRollups.keySet());
        for (String key : keys) {
            String recorded = ofEvents.getOrDefault(key, "nothing");
            String counted = ofRollups.getOrDefault(key, "nothing");
            if (!recorded.equals(counted)) {
                differences.put(key, "recorded " + recorded + "; counted " + counted);
            }
        }
        return differences;
    }

    /** How many lanes the rollup with the most of them was written by. */
    static int lanesMax(MongoDatabase database, String prefix) {
        int max = 0;
        for (Document rollup : rollups(database, prefix)) {
            max = Math.max(max, rollup.get("applied", Document.class).size());
        }
        return max;
    }

    private static Iterable<Document> rollups(MongoDatabase database, String prefix) {
        List<Document> all = new ArrayList<>();
        for (String name : database.listCollectionNames()) {
            if (name.startsWith(prefix) && !name.endsWith("_metrics")) {
                database.getCollection(name).find().batchSize(BATCH).into(all);
            }
        }
        return all;
    }

    private static BigDecimal decimal(Object stored) {
        return stored instanceof Decimal128 decimal ? decimal.bigDecimalValue() : new BigDecimal(stored.toString());
    }

    private static Map<String, String> texts(Map<String, Sums> series) {
        Map<String, String> texts = new TreeMap<>();
        series.forEach((key, sums) -> texts.put(key, sums.text()));
        return texts;
    }

    private static final class Sums {
        private long count;
        private BigDecimal amount = BigDecimal.ZERO;
        private final Map<String, Long> byCategory = new TreeMap<>();

        void add(BigDecimal number, String category) {
            count++;
            amount = amount.add(number);
            byCategory.merge(category, 1L, Long::sum);
        }

        String text() {
            String sum =
                    amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
            return count + " events, " + sum + ", " + byCategory;
        }
    }
}

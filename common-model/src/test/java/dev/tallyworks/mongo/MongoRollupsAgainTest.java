package dev.tallyworks.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.rollup.Folding;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.servers.Servers;
import dev.tallyworks.time.Granularity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A batch that is applied again, whole or from where it stopped, by its owner or by an heir. */
class MongoRollupsAgainTest {
    private static final int CUSTOMERS = 150;
    private static final int VALUES_MAX = 3;
    private static final Aggregation AGGREGATION =
            Folding.aggregation("aggr_again", Granularity.HOUR, new Aggregation.Partition(false, 0), VALUES_MAX);

    private final MongoClient client = MongoClients.create(Servers.mongoUrl());
    private final MongoDatabase database = client.getDatabase(Servers.freshDatabaseName());

    @AfterEach
    void close() {
        database.drop();
        client.close();
    }

    /** One event for each customer; every seventh customer's document has no room for another currency. */
    private static List<RollupDelta> batch(String currency) {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < CUSTOMERS; i++) {
            events.add(event(i, currency));
            if (i % 7 == 0) {
                events.add(event(i, currency + "2"));
                events.add(event(i, currency + "3"));
            }
        }
        return List.copyOf(Folding.fold(AGGREGATION, events));
    }

    private static Event event(int customer, String currency) {
        return Folding.event(
                "sale",
                1,
                Map.of("amount", BigDecimal.ONE, "currency", currency),
                new Attribution("customer", "c" + customer));
    }

    /** Count, sum, and the sum of all values' counts. */
    private void assertCounted(int times) {
        int documents = 0;
        for (Document stands : database.getCollection("aggr_again").find()) {
            Document attribution = stands.get("attribution", Document.class);
            String value = attribution.getString("value");
            long each = value == null
                    ? CUSTOMERS + 2L * ((CUSTOMERS + 6) / 7)
                    : Integer.parseInt(value.substring(1)) % 7 == 0 ? 3 : 1;
            Document currencies = stands.get("cat", Document.class).get("currency", Document.class);
            assertThat(stands.getLong("count")).as("%s", attribution).isEqualTo(times * each);
            assertThat(stands.get("sum", Document.class)
                            .get("amount", Document.class)
                            .getLong("0"))
                    .as("%s", attribution)
                    .isEqualTo(times * each);
            assertThat(currencies.values().stream().mapToLong(Long.class::cast).sum())
                    .as("%s", attribution)
                    .isEqualTo(times * each);
            documents++;
        }
        assertThat(documents).isEqualTo(CUSTOMERS + 1);
    }

    @Test
    void countsOnceHoweverOftenItIsApplied() {
        MongoRollups owner = new MongoRollups(database);
        owner.apply("l00", 1, batch("EUR"));
        owner.apply("l00", 1, batch("EUR"));
        new MongoRollups(database).apply("l00", 1, batch("EUR"));
        assertCounted(1);

        owner.apply("l00", 2, batch("USD"));
        new MongoRollups(database).apply("l00", 2, batch("USD"));
        owner.apply("l00", 2, batch("USD"));
        assertCounted(2);
    }

    @Test
    void countsOnceWhereAnHeirGoesOnFromAnywhere() {
        int seq = 0;
        for (int stopped : new int[] {1, 10, 77, 149, 150}) {
            List<RollupDelta> batch = batch("currency" + seq);
            seq++;
            new MongoRollups(database).apply("l00", seq, batch.subList(0, stopped));
            new MongoRollups(database).apply("l00", seq, batch);
            assertCounted(seq);
        }
    }

    @Test
    void anotherLaneCountsForItself() {
        new MongoRollups(database).apply("l00", 5, batch("EUR"));
        new MongoRollups(database).apply("l01", 1, batch("EUR"));
        new MongoRollups(database).apply("l01", 1, batch("EUR"));
        assertCounted(2);
    }
}

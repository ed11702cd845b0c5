package dev.tallyworks.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Event;
import dev.tallyworks.rollup.Folding;
import dev.tallyworks.rollup.RollupDelta;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;

class RollupDocumentsTest {
    private static final Aggregation HOURLY = Folding.hourly("aggr_documents");

    @Provide
    Arbitrary<List<Event>> events() {
        return Folding.events();
    }

    /** Whatever batches the events come in, the documents are the same in the end. */
    @Property(tries = 300)
    void oneBatchEqualsAnySplit(@ForAll("events") List<Event> events, @ForAll Random random) {
        List<Event> shuffled = new ArrayList<>(events);
        Collections.shuffle(shuffled, random);
        Map<String, Map<String, Object>> stored = new TreeMap<>();
        for (List<Event> batch : Folding.split(shuffled, random)) {
            write(batch, stored);
        }
        Map<String, Map<String, Object>> atOnce = new TreeMap<>();
        write(events, atOnce);
        assertThat(stored).isEqualTo(atOnce);
        for (Map<String, Object> document : stored.values()) {
            assertThat(document.keySet()).allMatch(path -> !path.contains("..") && !path.endsWith("."));
        }
    }

    private static void write(List<Event> batch, Map<String, Map<String, Object>> stored) {
        for (RollupDelta delta : Folding.fold(HOURLY, batch)) {
            BsonDocument update = RollupDocuments.update(delta, "l00", 1, new RollupDocuments.NamesUpdate.Added(0));
            Map<String, Object> document =
                    stored.computeIfAbsent(HexFormat.of().formatHex(delta.id()), id -> new HashMap<>());
            apply(update, document);
        }
    }

    /** What a server does with the update, by path. */
    private static void apply(BsonDocument update, Map<String, Object> document) {
        for (String operator : update.keySet()) {
            update.getDocument(operator).forEach((path, operand) -> {
                switch (operator) {
                    case "$inc" -> {
                        // A limb that comes to zero and one that was never there are the same number.
                        long sum = (Long) document.getOrDefault(path, 0L) + ((BsonInt64) operand).getValue();
                        document.put(path, sum);
                    }
                    case "$min" ->
                        document.merge(path, decimal(operand), (a, b) -> ((BigDecimal) a).min((BigDecimal) b));
                    case "$max" ->
                        document.merge(path, decimal(operand), (a, b) -> ((BigDecimal) a).max((BigDecimal) b));
                    case "$set" -> document.put(path, operand);
                    case "$setOnInsert" -> document.putIfAbsent(path, operand);
                    default -> throw new AssertionError(operator);
                }
            });
        }
        document.values().removeIf(value -> value.equals(0L));
    }

    private static BigDecimal decimal(BsonValue operand) {
        BigDecimal number = ((BsonDecimal128) operand).getValue().bigDecimalValue();
        return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }
}

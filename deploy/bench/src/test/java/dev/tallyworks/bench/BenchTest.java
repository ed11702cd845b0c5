package dev.tallyworks.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.Test;

class BenchTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void postsTheAmountThatItCounts() throws IOException {
        for (long number : new long[] {0, 1, 7, 99_899, 99_900, 400_000}) {
            BenchEvent event = BenchEvent.of("run", number, 1_000);
            JsonNode json = JsonMapper.builder().build().readTree(event.json());
            String cents = json.path("payload").path("amount").asText().replace(".", "");
            Document payload = event.document(0).get("payload", Document.class);

            assertThat(Math.round(json.path("payload").path("amount").asDouble() * 100))
                    .as(cents)
                    .isEqualTo(event.cents());
            assertThat(payload.get("amount", Decimal128.class).bigDecimalValue().unscaledValue())
                    .isEqualTo(event.cents());
        }
        assertThat(BenchEvent.centsOfFirst(3))
                .isEqualTo(BenchEvent.cents(0) + BenchEvent.cents(1) + BenchEvent.cents(2));
    }

    @Test
    void hasAsManyAttributionValuesAsItIsAskedFor() {
        Set<String> customers = LongStream.range(0, 20_000)
                .mapToObj(number -> BenchEvent.of("run", number, 1_000).customer())
                .collect(Collectors.toSet());

        assertThat(customers).hasSize(1_000);
    }

    @Test
    void foldsABatchIntoTheTotalAndEachAttribution() {
        List<BenchEvent> batch = LongStream.range(0, 500)
                .mapToObj(number -> BenchEvent.of("run", number, 10))
                .toList();

        Map<String, Totals> folded = Totals.fold(batch);

        assertThat(folded).hasSize(11);
        Totals total = folded.get("");
        assertThat(total.count()).isEqualTo(500);
        assertThat(total.whole() * 100 + total.fraction() / 10_000_000).isEqualTo(BenchEvent.centsOfFirst(500));
        assertThat(folded.values().stream().mapToLong(Totals::count).sum()).isEqualTo(1_000);
    }

    @Test
    void callsForEachItemOnceAndNoMore() {
        Set<Long> called = ConcurrentHashMap.newKeySet();
        List<Long> twice = new ArrayList<>();

        Load.Result result = Load.run(8, 7, 1_000, MINUTE, () -> (first, count) -> {
            for (long item = first; item < first + count; item++) {
                if (!called.add(item)) {
                    twice.add(item);
                }
            }
        });

        assertThat(result.items()).isEqualTo(1_000);
        assertThat(called).hasSize(1_000);
        assertThat(twice).isEmpty();
        assertThat(result.latencyMicros().getTotalCount()).isEqualTo(143);
    }

    @Test
    void aCallThatFailsFailsTheMeasurement() {
        assertThatThrownBy(() -> Load.run(2, 1, 10, MINUTE, () -> (first, count) -> {
                    throw new IOException("refused");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("refused");
    }

    @Test
    void putsItsOwnDatabaseIntoTheUrl() {
        assertThat(BenchStores.withDatabase("mongodb://a:1,b:2", "x")).isEqualTo("mongodb://a:1,b:2/x");
        assertThat(BenchStores.withDatabase("mongodb://a/?replicaSet=r", "x")).isEqualTo("mongodb://a/x?replicaSet=r");
        assertThat(BenchStores.withDatabase("mongodb://u:p@a/shop", "x"))
                .isEqualTo("mongodb://u:p@a/x?authSource=shop");
        assertThat(BenchStores.withDatabase("mongodb://u:p@a/shop?authSource=admin", "x"))
                .isEqualTo("mongodb://u:p@a/x?authSource=admin");
    }

    @Test
    void printsATableAndOneLineOfJson() throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();

        new Figures()
                .say("form", "quick")
                .add("perSecond", "a figure", 12_345.6, "events/s", "")
                .add("ratio", "a ratio", 0.12345, "", "")
                .print(new PrintStream(printed, true, StandardCharsets.UTF_8));

        String[] lines = printed.toString(StandardCharsets.UTF_8).strip().split("\n");
        assertThat(lines[0]).contains("a figure").contains("12,346 events/s");
        JsonNode json = JsonMapper.builder().build().readTree(lines[lines.length - 1]);
        assertThat(json.path("perSecond").asInt()).isEqualTo(12_346);
        assertThat(json.path("ratio").asDouble()).isEqualTo(0.123);
    }
}

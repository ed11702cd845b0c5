package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.local.process.Api;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.bson.Document;

/**
 * Once everything is drained: each event that was under way at the same time as a change says by its version which of both came
 * first, so all totals are known exactly. An event that was not is held against what the test has seen.
 */
final class CountedAtTheEnd {
    private static final int SHOWN_MAX = 5;
    private static final int ITEMS_MAX = 1_000;

    private final Map<LoadEvent, Long> accepted = new HashMap<>();
    private final Map<String, List<Long>> log = new HashMap<>();
    private final List<LoadEvent> events;

    CountedAtTheEnd(MongoDatabase database, List<LoadEvent> events) {
        this.events = events;
        Map<String, LoadEvent> posted = new HashMap<>();
        events.forEach(event -> posted.put(event.source() + " " + event.uuid(), event));
        for (String source : events.stream().map(LoadEvent::source).distinct().toList()) {
            for (Document stored : database.getCollection("events_" + source).find()) {
                LoadEvent event = posted.get(source + " " + stored.getString("_id"));
                assertThat(event).as("posted, as it is recorded: " + stored).isNotNull();
                accepted.put(Objects.requireNonNull(event), stored.getLong("version"));
            }
        }
        for (Document entry : database.getCollection("definitions").find().sort(new Document("_id", 1))) {
            for (Document change : entry.getList("changes", Document.class)) {
                log.computeIfAbsent(change.getString("id"), id -> new ArrayList<>())
                        .add(entry.getLong("_id"));
            }
        }
    }

    /** Audits find no bucket that differs. Gives what they found of each report. */
    static List<JsonNode> assertAudited(Api api, List<CountedReport> reports) throws IOException {
        List<JsonNode> audits = new ArrayList<>();
        for (CountedReport report : reports) {
            JsonNode audited = api.post(
                            report.path() + "/audits",
                            "{\"timeRange\": {\"start\": \"" + LoadQuestions.start() + "\", \"end\": \""
                                    + Instant.now().plusSeconds(86_400) + "\"}}")
                    .orThrow()
                    .json();
            for (JsonNode aggregation : audited.path("aggregations")) {
                assertThat(aggregation.path("buckets")).as(audited.toString()).isEmpty();
            }
            audits.add(audited);
        }
        return audits;
    }

    /** Every event that was answered is recorded, and no other. */
    void assertRecorded() {
        assertThat(accepted.keySet()).containsExactlyInAnyOrderElementsOf(events);
    }

    /** What was answered before a change was asked for came before it, what was sent after its answer came after it. */
    void assertInOrder(List<CountedReport> reports) {
        Map<Call, Long> versions = versions(reports);
        List<String> wrong = new ArrayList<>();
        versions.forEach((change, version) -> accepted.forEach((event, by) -> {
            boolean after = change.isBefore(event.call());
            boolean before = event.call().isBefore(change);
            if (wrong.size() < SHOWN_MAX && (after && by < version || before && by >= version)) {
                wrong.add(event + ", accepted " + (after ? "after" : "before") + " version " + version + " by version "
                        + by);
            }
        }));
        assertThat(wrong).isEmpty();
    }

    /** The version of each change. */
    private Map<Call, Long> versions(List<CountedReport> reports) {
        Map<Call, Long> versions = new HashMap<>();
        for (CountedReport report : reports) {
            List<Long> made = of(report.id());
            assertThat(made).hasSize(report.switches().size() + 1);
            for (int i = 0; i < report.switches().size(); i++) {
                versions.put(report.switches().get(i).call(), made.get(i + 1));
            }
            for (CountedAggregation aggregation : report.aggregations()) {
                List<Long> own = of(aggregation.id());
                versions.put(aggregation.created(), own.get(0));
                Call deleted = aggregation.deleted();
                if (deleted != null) {
                    versions.put(deleted, own.get(own.size() - 1));
                }
                for (CountedAggregation.Numbers numbers : aggregation.numbers()) {
                    if (numbers.rebuild() != null) {
                        versions.put(numbers.begun(), of(numbers.rebuild()).get(0));
                    }
                }
            }
        }
        return versions;
    }

    private List<Long> of(String id) {
        return Objects.requireNonNull(log.get(id), "nothing was ever defined as " + id);
    }

    /** A count and a sum, by something. */
    private record Totals(Map<String, BigDecimal> counts, Map<String, BigDecimal> sums) {}

    private static Totals totals(List<LoadEvent> counted, Function<LoadEvent, String> by) {
        Totals totals = new Totals(new TreeMap<>(), new TreeMap<>());
        for (LoadEvent event : counted) {
            totals.counts.merge(by.apply(event), BigDecimal.ONE, BigDecimal::add);
            totals.sums.merge(by.apply(event), event.amount(), BigDecimal::add);
        }
        totals.counts.replaceAll((key, value) -> value.stripTrailingZeros());
        totals.sums.replaceAll((key, value) -> value.stripTrailingZeros());
        return totals;
    }

    /** Every aggregation's totals: by bucket and type, by unit of other widths, by each attribution, in every mode. */
    void assertCounted(List<Api> apis, List<CountedReport> reports, Instant realtimeStart) throws IOException {
        Map<Call, Long> versions = versions(reports);
        CountedAggregation.Order order = (event, change) -> Truth.of(accepted.get(event) >= versions.get(change));
        int process = 0;
        for (CountedReport report : reports) {
            for (CountedAggregation aggregation : report.there()) {
                int rebuilt = aggregation.numbers().size() - 1;
                List<LoadEvent> counted = accepted.keySet().stream()
                        .filter(event -> aggregation.slot().isEmpty()
                                || aggregation.slot().contains(event.type()))
                        .filter(event -> aggregation.counts(event, rebuilt, order) == Truth.YES)
                        .toList();
                System.out.println("CountedAtTheEnd: " + aggregation.target() + " counts " + counted.size() + " of "
                        + accepted.size() + " events, after " + rebuilt + " rebuilds");
                assertCounted(apis.get(process++ % apis.size()), aggregation, counted, realtimeStart);
            }
        }
    }

    private static void assertCounted(
            Api api, CountedAggregation aggregation, List<LoadEvent> counted, Instant realtimeStart)
            throws IOException {
        Meaning meaning = aggregation.newest().meaning();
        for (LoadQuestions.Mode mode : LoadQuestions.Mode.values()) {
            boolean realtime = mode == LoadQuestions.Mode.REALTIME;
            Instant start = realtime ? realtimeStart : LoadQuestions.start();
            long from = meaning.width().bucket(start.toEpochMilli());
            List<LoadEvent> asked = counted.stream()
                    .filter(event -> event.timestampMillis() >= from)
                    .toList();
            String question = "&mode=" + mode.parameter() + "&" + LoadQuestions.range(start);
            Asked about = new Asked(api, aggregation, question, realtime);
            // A unit must consist of whole buckets of all that the report has.
            Meaning.Width finest = aggregation.report().there().stream()
                    .map(one -> one.newest().meaning().width())
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            for (Meaning.Width unit : List.of(finest, Meaning.Width.HOUR, Meaning.Width.DAY)) {
                about.units(asked, event -> true, unit, "");
            }
            for (String type : aggregation.slot().isEmpty() ? LoadClients.TYPES : aggregation.slot()) {
                about.units(asked, event -> event.type().equals(type), finest, type);
            }
            about.attributions(asked, "client", LoadEvent::client);
            about.attributions(
                    asked.stream().filter(event -> event.probe() != null).toList(),
                    "probe",
                    event -> Objects.requireNonNull(event.probe()));
        }
    }

    /**
     * Asks about one aggregation.
     *
     * @param realtime whether an answer may be partial, and so tell nothing
     */
    private record Asked(Api api, CountedAggregation aggregation, String question, boolean realtime) {
        /** @param type only this one; empty for all of the aggregation */
        void units(List<LoadEvent> counted, Predicate<LoadEvent> of, Meaning.Width unit, String type)
                throws IOException {
            Totals expected = totals(
                    counted.stream().filter(of).toList(), event -> Long.toString(unit.bucket(event.timestampMillis())));
            String types = type.isEmpty() ? String.join(",", aggregation.slot()) : type;
            String more = "&granularity=" + unit.id() + (types.isEmpty() ? "" : "&eventTypes=" + types);
            hold("/query?metric=COUNT" + more, "points", Asked::unit, expected.counts);
            hold("/query?metric=SUM:amount" + more, "points", Asked::unit, expected.sums);
        }

        void attributions(List<LoadEvent> counted, String attribution, Function<LoadEvent, String> value)
                throws IOException {
            Totals expected = totals(counted, value);
            if (expected.counts.size() > ITEMS_MAX) {
                return; // after a long time there are more probes than are answered
            }
            String more = "&limit=" + ITEMS_MAX + "&attributionType=" + attribution
                    + (aggregation.slot().isEmpty() ? "" : "&eventTypes=" + String.join(",", aggregation.slot()));
            hold("/top?metric=COUNT" + more, "items", Asked::attribution, expected.counts);
            hold("/top?metric=SUM:amount" + more, "items", Asked::attribution, expected.sums);
        }

        private static String unit(JsonNode point) {
            return Long.toString(Instant.parse(point.path("timestamp").asText()).toEpochMilli());
        }

        private static String attribution(JsonNode item) {
            return item.path("attribution")
                    .path("value")
                    .asText(item.path("attribution").asText());
        }

        private void hold(String path, String items, Function<JsonNode, String> by, Map<String, BigDecimal> expected)
                throws IOException {
            JsonNode answer = api.get(aggregation.report().path() + path + question)
                    .orThrow()
                    .json();
            if (realtime && answer.path("partial").asBoolean()) {
                return;
            }
            Map<String, BigDecimal> answered = new TreeMap<>();
            for (JsonNode item : answer.path(items)) {
                answered.put(by.apply(item), item.path("value").decimalValue().stripTrailingZeros());
            }
            String as = aggregation.target() + path + question;
            assertThat(answer.path("partial").asBoolean())
                    .as(as + " is partial")
                    .isFalse();
            assertThat(answered).as(as).isEqualTo(expected);
        }
    }
}

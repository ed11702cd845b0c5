package dev.tallyworks.bench;

import com.mongodb.client.MongoCursor;
import dev.tallyworks.local.process.Api;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongFunction;
import org.bson.Document;

/**
 * What questions take: a year by day from minutes, with and without an hour level, beside the store's own scan of the same
 * documents; and the same question of three series, whose events are a hundred times as many.
 */
final class QueryCost {
    private static final int YEAR_MINUTES = 365 * 1_440;
    private static final Instant YEAR = Instant.parse("2023-01-01T00:00:00Z");
    private static final String YEAR_RANGE = "start=2023-01-01T00:00:00Z&end=2024-01-01T00:00:00Z";
    private static final String HOUR_RANGE = "start=2024-06-01T00:00:00Z&end=2024-06-01T01:00:00Z";
    private static final int[] GROWING = {10_000, 100_000, 1_000_000};
    private static final int TIMES = 15;
    private static final int TIMES_IN_TURNS = 101;
    private static final int WARM_UPS = 20;
    private static final int CONNECTIONS = 4;
    private static final int BATCH = 1_000;
    private static final Duration LIMIT = Duration.ofMinutes(15);

    private final Product product;
    private final BenchStores stores;
    private final Figures figures;
    private final PrintStream progress;
    private boolean exact = true;

    QueryCost(Product product, BenchStores stores, Figures figures, PrintStream progress) {
        this.product = product;
        this.stores = stores;
        this.figures = figures;
        this.progress = progress;
    }

    /** @return whether all was counted exactly, in time */
    boolean run() throws IOException {
        String[] growing = growing();
        askInTurns(growing, "", "just counted");
        year();
        askInTurns(growing, "Later", "counted a while ago");
        figures.say("exact", exact);
        return exact;
    }

    /** Of one hour each, and of a series of its own. */
    private String[] growing() throws IOException {
        Instant start = Instant.parse("2024-06-01T00:00:00Z");
        String[] reports = new String[GROWING.length];
        for (int i = 0; i < GROWING.length; i++) {
            String source = "hot" + GROWING[i];
            product.defineSource(source, "hit");
            reports[i] = product.defineReport(source, source, "minute");
            post(source, 0, GROWING[i], number -> event("hit", number, start.plusSeconds(number % 3_600)));
        }
        for (int i = 0; i < GROWING.length; i++) {
            check(reports[i], HOUR_RANGE, GROWING[i]);
        }
        return reports;
    }

    /** One after the other, so that whatever else the machine does meets all of them. */
    private void askInTurns(String[] reports, String key, String when) throws IOException {
        String question = "metric=SUM:value&granularity=minute&mode=historical&" + HOUR_RANGE;
        double[][] millis = new double[GROWING.length][TIMES_IN_TURNS];
        for (int turn = -WARM_UPS; turn < TIMES_IN_TURNS; turn++) {
            for (int i = 0; i < GROWING.length; i++) {
                double took = ask(reports[i], question);
                if (turn >= 0) {
                    millis[i][turn] = took;
                }
            }
        }
        for (int i = 0; i < GROWING.length; i++) {
            figures.add(
                    "queryMillisOf" + GROWING[i] + key,
                    String.format(Locale.ROOT, "query: an hour by minute, of %,d events %s", GROWING[i], when),
                    middle(millis[i]),
                    "ms",
                    "median of " + TIMES_IN_TURNS);
        }
    }

    private void year() throws IOException {
        product.defineSource("year", "tick");
        String plain = product.defineReport("plain", "year", "minute");
        String levels = product.defineReport("levels", "year", "minute", "hour");
        post("year", 0, YEAR_MINUTES, number -> event("tick", number, YEAR.plusSeconds(60 * number)));
        check(plain, YEAR_RANGE, YEAR_MINUTES);
        check(levels, YEAR_RANGE, YEAR_MINUTES);
        String question = "metric=SUM:value&granularity=day&mode=historical&" + YEAR_RANGE;
        figures.add("yearPlainMillis", "query: a year by day from minutes", median(plain, question), "ms", "");
        figures.add(
                "yearLevelsMillis",
                "query: a year by day from minutes with an hour level",
                median(levels, question),
                "ms",
                "");
        figures.add("scanMinutesMillis", "raw: scan of the year's minutes", scan("aggr_plain"), "ms", "one cursor");
        figures.add("scanHoursMillis", "raw: scan of the year's hours", scan("aggr_levels.hour"), "ms", "one cursor");
    }

    private static String event(String type, long number, Instant timestamp) {
        return "{\"uuid\":\"" + number + "\",\"type\":\"" + type + "\",\"timestamp\":\"" + timestamp
                + "\",\"payload\":{\"value\":1.25}}";
    }

    private void post(String source, long from, long events, LongFunction<String> event) {
        progress.printf(Locale.ROOT, "%s: posting %,d events%n", source, events);
        Load.Result posted = Load.run(CONNECTIONS, BATCH, events, LIMIT, () -> {
            HttpConnection connection = new HttpConnection(product.port());
            return new Load.Caller() {
                @Override
                public void call(long first, int count) throws IOException {
                    StringBuilder lines = new StringBuilder(count * 120);
                    for (long number = from + first; number < from + first + count; number++) {
                        lines.append(event.apply(number)).append('\n');
                    }
                    connection.post(Product.eventsPath(source), "application/x-ndjson", lines.toString());
                }

                @Override
                public void close() throws IOException {
                    connection.close();
                }
            };
        });
        exact &= posted.items() == events;
    }

    private void check(String report, String range, long events) throws IOException {
        boolean drained = product.awaitDrained(report, range, events, LIMIT);
        BigDecimal count = product.total(report, "COUNT", range);
        if (!drained || count.compareTo(BigDecimal.valueOf(events)) != 0) {
            progress.println("NOT EXACT: counted " + count + " of " + events);
            exact = false;
        }
    }

    private double median(String report, String question) throws IOException {
        double[] millis = new double[TIMES];
        for (int i = 0; i < TIMES; i++) {
            millis[i] = ask(report, question);
        }
        return middle(millis);
    }

    private double ask(String report, String question) throws IOException {
        long begun = System.nanoTime();
        Api.Answer answer = product.api().get("/api/v1/reports/" + report + "/query?" + question);
        double millis = (System.nanoTime() - begun) / 1e6;
        answer.orThrow();
        return millis;
    }

    /** All documents of a collection, which are those of one series, with what the question takes of them. */
    private double scan(String collection) {
        double[] millis = new double[TIMES];
        for (int i = 0; i < TIMES; i++) {
            long begun = System.nanoTime();
            try (MongoCursor<Document> found = stores.database()
                    .getCollection(collection)
                    .find()
                    .projection(new Document("bucket", 1).append("count", 1).append("sum.value", 1))
                    .sort(new Document("_id", 1))
                    .batchSize(1_000)
                    .iterator()) {
                while (found.hasNext()) {
                    found.next();
                }
            }
            millis[i] = (System.nanoTime() - begun) / 1e6;
        }
        return middle(millis);
    }

    private static double middle(double[] millis) {
        Arrays.sort(millis);
        return millis[millis.length / 2];
    }
}

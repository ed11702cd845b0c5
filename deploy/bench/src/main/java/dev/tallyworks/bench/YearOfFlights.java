package dev.tallyworks.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.local.sample.FlightsSample;
import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** As many flights as a year had, made by moving the sample's week, through five aggregations of different widths. */
final class YearOfFlights {
    private static final int EVENTS = 336_776;
    private static final List<String> WIDTHS = List.of("30day", "7day", "day", "6hour", "hour");
    private static final String SOURCE = "flights";
    private static final int CONNECTIONS = 4;
    private static final int BATCH = 1_000;
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String RANGE = "start=2012-12-01T00:00:00Z&end=2015-01-01T00:00:00Z";

    private final Product product;
    private final BenchStores stores;
    private final Figures figures;
    private final PrintStream progress;
    private final List<Flight> week = new ArrayList<>();

    /** A flight of the sample in the pieces of which one of another week is made. */
    private record Flight(String uuid, Instant timestamp, String rest, long distance) {
        String inWeek(int number) {
            return "{\"uuid\":\"" + number + '-' + uuid + "\",\"timestamp\":\""
                    + timestamp.plus(Duration.ofDays(7L * number)) + "\"," + rest;
        }
    }

    YearOfFlights(Product product, BenchStores stores, Path sample, Figures figures, PrintStream progress)
            throws IOException {
        this.product = product;
        this.stores = stores;
        this.figures = figures;
        this.progress = progress;
        JsonMapper json = JsonMapper.builder().build();
        for (String line : FlightsSample.read(sample)) {
            JsonNode flight = json.readTree(line);
            ObjectNode rest = flight.<ObjectNode>deepCopy().without(List.of("uuid", "timestamp"));
            week.add(new Flight(
                    flight.path("uuid").asText(),
                    Instant.parse(flight.path("timestamp").asText()),
                    rest.toString().substring(1),
                    flight.path("payload").path("distance").asLong()));
        }
    }

    /** @return whether all of it was counted exactly, in time */
    boolean run() throws IOException {
        product.defineSource(SOURCE, "departed", "cancelled");
        Map<String, String> reports = new LinkedHashMap<>();
        for (String width : WIDTHS) {
            reports.put(width, product.defineReport("year_" + width, SOURCE, width));
        }
        double cpuBefore = product.ingestCpuSeconds() + product.workerCpuSeconds() + stores.cpuSeconds();
        long begun = System.nanoTime();
        Load.Result posted = Load.run(CONNECTIONS, BATCH, EVENTS, LIMIT, () -> {
            HttpConnection connection = new HttpConnection(product.port());
            return new Load.Caller() {
                @Override
                public void call(long first, int count) throws IOException {
                    connection.post(Product.eventsPath(SOURCE), "application/x-ndjson", lines(first, count));
                    tell(first + count, begun);
                }

                @Override
                public void close() throws IOException {
                    connection.close();
                }
            };
        });
        boolean exact = posted.items() == EVENTS;
        for (Map.Entry<String, String> report : reports.entrySet()) {
            Duration left = LIMIT.minusNanos(System.nanoTime() - begun);
            boolean drained = product.awaitDrained(report.getValue(), RANGE, posted.items(), left);
            exact &= drained && isExact(report.getKey(), report.getValue(), posted.items());
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        figures.add("yearPostedPerSecond", "year of flights: posted", posted.perSecond(), "events/s", "");
        figures.add(
                "yearPerSecond",
                "year of flights: posted and counted",
                EVENTS / seconds,
                "events/s",
                WIDTHS.size() + " aggregations: " + String.join(", ", WIDTHS));
        figures.add("yearSeconds", "year of flights: took", seconds, "s", EVENTS + " events");
        double cpu = product.ingestCpuSeconds() + product.workerCpuSeconds() + stores.cpuSeconds() - cpuBefore;
        figures.add(
                "yearCpuSeconds",
                "year of flights: processor time",
                cpu,
                "s",
                String.format(
                        Locale.ROOT,
                        "ingest API %.0f, worker %.0f, embedded servers %.0f",
                        product.ingestCpuSeconds(),
                        product.workerCpuSeconds(),
                        stores.cpuSeconds()));
        figures.say("exact", exact);
        return exact;
    }

    private String lines(long first, int count) {
        StringBuilder lines = new StringBuilder(count * 400);
        for (long number = first; number < first + count; number++) {
            lines.append(flight(number).inWeek((int) (number / week.size()))).append('\n');
        }
        return lines.toString();
    }

    private Flight flight(long number) {
        return week.get((int) (number % week.size()));
    }

    private void tell(long done, long begunNanos) {
        if (done / BATCH % 25 == 0) {
            double seconds = (System.nanoTime() - begunNanos) / 1e9;
            progress.println(String.format(Locale.ROOT, "%,d of %,d posted, %,.0f/s", done, EVENTS, done / seconds));
            progress.flush();
        }
    }

    private boolean isExact(String width, String report, long events) throws IOException {
        long distance = 0;
        for (long number = 0; number < events; number++) {
            distance += flight(number).distance;
        }
        BigDecimal count = product.total(report, "COUNT", RANGE);
        BigDecimal sum = product.total(report, "SUM:distance", RANGE);
        boolean exact =
                count.compareTo(BigDecimal.valueOf(events)) == 0 && sum.compareTo(BigDecimal.valueOf(distance)) == 0;
        if (!exact) {
            progress.println("NOT EXACT: by " + width + ": counted " + count + " of " + events + ", sum "
                    + sum.toPlainString() + ", posted " + distance);
        }
        return exact;
    }
}

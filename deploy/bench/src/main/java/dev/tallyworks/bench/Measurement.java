package dev.tallyworks.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Measures each way through the product right after the ceiling that it is held against, so that whatever else the machine is
 * doing meanwhile slows both. No worker claims anything while posts are measured, and nobody posts while a drain is.
 */
final class Measurement {
    private static final int CONNECTIONS = 64;
    private static final int BATCH_CONNECTIONS = 8;
    private static final int BATCH = 100;
    private static final int BACKLOG_CONNECTIONS = 4;
    private static final int BACKLOG_BATCH = 1_000;
    private static final int LANES = 2;
    private static final int LANE_BATCH = 5_000;
    private static final int NARROW = 1_000;
    private static final int WIDE = 100_000;
    private static final String RANGE = "start=" + Instant.ofEpochMilli(BenchEvent.HOUR_MILLIS) + "&end="
            + Instant.ofEpochMilli(BenchEvent.HOUR_MILLIS).plus(Duration.ofHours(1));

    private final Product product;
    private final Ceilings ceilings;
    private final Extent extent;
    private final Figures figures;
    private final PrintStream progress;
    private final long begunNanos = System.nanoTime();
    private boolean exact = true;

    /**
     * How much of everything.
     *
     * @param warmUp before the timed parts, untimed
     * @param part each timed part at most
     * @param intake events posted in one part at most
     * @param backlog events of a drain
     * @param backlogTime for posting them at most
     * @param drainTime for a drain at most
     */
    record Extent(Duration warmUp, Duration part, int intake, int backlog, Duration backlogTime, Duration drainTime) {
        static final Extent QUICK = new Extent(
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                60_000,
                60_000,
                Duration.ofSeconds(15),
                Duration.ofSeconds(45));
        static final Extent QUICK_EMBEDDED = new Extent(
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                10_000,
                10_000,
                Duration.ofSeconds(15),
                Duration.ofSeconds(45));
        static final Extent FULL = new Extent(
                Duration.ofSeconds(10),
                Duration.ofSeconds(20),
                300_000,
                400_000,
                Duration.ofMinutes(2),
                Duration.ofMinutes(4));
    }

    Measurement(Product product, Ceilings ceilings, Extent extent, Figures figures, PrintStream progress) {
        this.product = product;
        this.ceilings = ceilings;
        this.extent = extent;
        this.figures = figures;
        this.progress = progress;
    }

    /** @return whether all totals were exact */
    boolean run() throws IOException {
        warmUp();
        Load.Result inserts = ceilings.singleInserts(CONNECTIONS, extent.part());
        figures.add("rawInsertsPerSecond", "raw: single inserts, 64 threads", inserts.perSecond(), "events/s", "");
        double singles = intake("singles", CONNECTIONS, 1);
        Load.Result many = ceilings.insertMany(BATCH_CONNECTIONS, BATCH, extent.part());
        figures.add("rawInsertManyPerSecond", "raw: insertMany(100), 8 threads", many.perSecond(), "events/s", "");
        double batches = intake("batches", BATCH_CONNECTIONS, BATCH);
        Drained narrow = drain("narrow", NARROW);
        Drained wide = drain("wide", WIDE);

        ratio("singlesRatio", "singles / raw single inserts", singles, inserts.perSecond());
        ratio("batchesRatio", "batches / raw insertMany(100)", batches, many.perSecond());
        for (Drained drained : List.of(narrow, wide)) {
            ratio(
                    drained.name + "DrainRatio",
                    drained.name + " drain / plain lane steps",
                    drained.perSecond,
                    drained.lanes);
            ratio(
                    drained.name + "UpsertRatio",
                    drained.name + " drain / raw rollup upserts",
                    drained.perSecond,
                    drained.upserts);
        }
        figures.say("exact", exact);
        return exact;
    }

    private void ratio(String key, String name, double product, double ceiling) {
        figures.add(key, "ratio: " + name, product / ceiling, "", "");
    }

    private void step(String what) {
        progress.println(String.format(Locale.ROOT, "%6.1f s  %s", (System.nanoTime() - begunNanos) / 1e9, what));
        progress.flush();
    }

    /** Code that runs for the first time is slow, in the product and here. */
    private void warmUp() throws IOException {
        step("warming up");
        ceilings.singleInserts(CONNECTIONS, extent.warmUp());
        ceilings.insertMany(BATCH_CONNECTIONS, BATCH, extent.warmUp());
        ceilings.rollupUpserts(LANES, LANE_BATCH, NARROW, extent.warmUp());
        String report = define("warmup");
        Load.Result singles = post("warmup", "w1", NARROW, CONNECTIONS, 1, extent.intake(), extent.warmUp());
        Load.Result batches = post("warmup", "w2", NARROW, BATCH_CONNECTIONS, BATCH, extent.intake(), extent.warmUp());
        settle(
                "warmup",
                report,
                singles.items() + batches.items(),
                BenchEvent.centsOfFirst(singles.items()) + BenchEvent.centsOfFirst(batches.items()));
    }

    /** Posts for a while; the events are drained afterwards. */
    private double intake(String name, int connections, int size) throws IOException {
        step("posting " + name);
        String report = define(name);
        product.pauseWorker();
        double cpuBefore = product.ingestCpuSeconds();
        Load.Result posted = post(name, name, NARROW, connections, size, extent.intake(), extent.part());
        double cpuMicros = (product.ingestCpuSeconds() - cpuBefore) * 1e6 / posted.items();
        String what = "product: " + name + (size == 1 ? "" : " of " + size) + ", " + connections + " connections";
        figures.add(name + "PerSecond", what, posted.perSecond(), "events/s", latency(posted));
        figures.add(name + "P50Millis", what + ", p50", posted.millisAtPercentile(50), "ms", "");
        figures.add(name + "P99Millis", what + ", p99", posted.millisAtPercentile(99), "ms", "");
        figures.add(name + "CpuMicros", what + ", ingest API's processor time", cpuMicros, "µs/event", "");
        product.wakeWorker();
        settle(name, report, posted.items(), BenchEvent.centsOfFirst(posted.items()));
        return posted.perSecond();
    }

    private static String latency(Load.Result posted) {
        return posted.items() + " events";
    }

    private record Drained(String name, double perSecond, double lanes, double upserts) {}

    /** First the plain steps of as many events, then the product's. */
    private Drained drain(String name, int distinct) throws IOException {
        step("draining at " + distinct + " distinct values: plain driver calls");
        Load.Result upserts = ceilings.rollupUpserts(LANES, LANE_BATCH, distinct, extent.part());
        Load.Result lanes = ceilings.prototype(extent.backlog(), distinct).drain(LANES, LANE_BATCH, extent.drainTime());
        String values = String.format(Locale.ROOT, "%,d values", distinct);
        figures.add(
                name + "RawUpsertsPerSecond",
                "raw: folded rollup upserts, " + values,
                upserts.perSecond(),
                "events/s",
                "2 threads, 5,000 events a bulk");
        figures.add(
                name + "LaneStepsPerSecond",
                "raw: plain lane steps, " + values,
                lanes.perSecond(),
                "events/s",
                lanes.items() + " events");

        step("draining at " + distinct + " distinct values: the worker");
        String report = define(name);
        Map<String, Double> before = product.phases();
        double cpuBefore = product.workerCpuSeconds();
        product.pauseWorker();
        Load.Result backlog =
                post(name, name, distinct, BACKLOG_CONNECTIONS, BACKLOG_BATCH, extent.backlog(), extent.backlogTime());
        long begun = System.nanoTime();
        product.wakeWorker();
        settle(name, report, backlog.items(), BenchEvent.centsOfFirst(backlog.items()));
        double perSecond = backlog.items() / ((System.nanoTime() - begun) / 1e9);
        figures.add(
                name + "DrainPerSecond",
                "product: drain, " + values,
                perSecond,
                "events/s",
                backlog.items() + " events; " + phases(before, product.phases()));
        double cpuMicros = (product.workerCpuSeconds() - cpuBefore) * 1e6 / backlog.items();
        figures.add(name + "DrainCpuMicros", "product: drain, worker's processor time", cpuMicros, "µs/event", "");
        return new Drained(name, perSecond, lanes.perSecond(), upserts.perSecond());
    }

    /** Milliseconds a batch, by phase. */
    private static String phases(Map<String, Double> before, Map<String, Double> after) {
        Map<String, Double> spent = new TreeMap<>(after);
        before.forEach((phase, seconds) -> spent.merge(phase, -seconds, Double::sum));
        double batches = Math.max(1, spent.getOrDefault("batches", 1.0));
        List<String> parts = new ArrayList<>();
        for (String phase : List.of("open", "own", "generate", "seal", "apply", "finish")) {
            double millis = spent.getOrDefault(phase, 0.0) * 1_000 / batches;
            parts.add(String.format(Locale.ROOT, "%s %.0f", phase, millis));
        }
        return String.format(Locale.ROOT, "%.0f batches, ms each: %s", batches, String.join(", ", parts));
    }

    private String define(String name) throws IOException {
        product.defineSource(name, BenchEvent.TYPE);
        return product.defineReport(name, name, "hour");
    }

    private Load.Result post(
            String source, String run, int distinct, int connections, int size, int countMax, Duration time) {
        String path = Product.eventsPath(source);
        return Load.run(connections, size, countMax, time, () -> {
            HttpConnection connection = new HttpConnection(product.port());
            return new Load.Caller() {
                @Override
                public void call(long first, int count) throws IOException {
                    if (size == 1) {
                        connection.post(
                                path,
                                "application/json",
                                BenchEvent.of(run, first, distinct).json());
                    } else {
                        connection.post(path, "application/x-ndjson", lines(first, count));
                    }
                }

                private String lines(long first, int count) {
                    StringBuilder lines = new StringBuilder(count * 260);
                    for (long number = first; number < first + count; number++) {
                        lines.append(BenchEvent.of(run, number, distinct).json())
                                .append('\n');
                    }
                    return lines.toString();
                }

                @Override
                public void close() throws IOException {
                    connection.close();
                }
            };
        });
    }

    /** Waits until all is counted, and compares. */
    private void settle(String name, String report, long events, long cents) throws IOException {
        boolean drained = product.awaitDrained(report, RANGE, events, extent.drainTime());
        BigDecimal count = product.total(report, "COUNT", RANGE);
        BigDecimal sum = product.total(report, "SUM:amount", RANGE);
        BigDecimal expected = BigDecimal.valueOf(cents, 2);
        if (!drained || count.compareTo(BigDecimal.valueOf(events)) != 0 || sum.compareTo(expected) != 0) {
            exact = false;
            progress.println("NOT EXACT: " + name + (drained ? "" : ", not drained in time") + ": counted " + count
                    + " of " + events + ", sum " + sum.toPlainString() + ", posted " + expected.toPlainString());
        }
    }
}

package dev.tallyworks.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.local.Ports;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import dev.tallyworks.local.process.Installation;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One ingest API and one worker as processes on 127.0.0.1. */
final class Product implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(90);
    private static final Duration STOP_MAX = Duration.ofSeconds(35);
    private static final long POLL_MILLIS = 50;
    private static final int UNAVAILABLE = 503;
    private static final Pattern PHASE =
            Pattern.compile("tallyworks_batch_phase_seconds_(sum|count)\\{[^}]*phase=\"(\\w+)\"[^}]*} (\\S+)");

    private final AppProcess ingest;
    private final AppProcess worker;
    private final Api api;

    private Product(AppProcess ingest, AppProcess worker) {
        this.ingest = ingest;
        this.worker = worker;
        this.api = new Api(ingest.spec().port());
    }

    static Product start(Installation installation, BenchStores stores, Path logs) {
        AppProcess ingest = AppProcess.start(
                installation.ingest("ingest", Ports.free(), stores.environment()), logs.resolve("ingest.log"));
        AppProcess worker = AppProcess.start(
                installation.worker("worker", Ports.free(), stores.environment()), logs.resolve("worker.log"));
        Product product = new Product(ingest, worker);
        try {
            for (AppProcess process : new AppProcess[] {ingest, worker}) {
                Api probe = new Api(process.spec().port());
                await(process, START_MAX, () -> probe.isHealthy("ready"));
            }
            return product;
        } catch (RuntimeException failed) {
            product.close();
            throw failed;
        }
    }

    /** @throws IllegalStateException where the process ends before, or takes too long */
    static void await(AppProcess process, Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IllegalStateException(process.spec().name()
                        + (process.isAlive() ? " is not ready after " + limit.toSeconds() + " s" : " ended")
                        + ", its log says why: " + process.log());
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    /** Processor seconds that the ingest API has taken so far; unlike the time a step takes, a busy machine adds little. */
    double ingestCpuSeconds() {
        return cpuSeconds(ingest);
    }

    double workerCpuSeconds() {
        return cpuSeconds(worker);
    }

    /** 0 where the system does not tell. */
    static double cpuSeconds(AppProcess process) {
        return ProcessHandle.of(process.pid())
                .flatMap(alive -> alive.info().totalCpuDuration())
                .map(taken -> taken.toMillis() / 1_000.0)
                .orElse(0.0);
    }

    int port() {
        return ingest.spec().port();
    }

    Api api() {
        return api;
    }

    static String eventsPath(String source) {
        return "/api/v1/sources/" + source + "/events";
    }

    void defineSource(String source, String... types) throws IOException {
        StringBuilder names = new StringBuilder();
        for (String type : types) {
            names.append(names.isEmpty() ? "" : ", ").append("{\"name\": \"" + type + "\"}");
        }
        api.post("/api/v1/sources", "{\"name\": \"" + source + "\", \"eventTypes\": [" + names + "]}")
                .orThrow();
    }

    /** @return the id of a report with one aggregation of a source's events */
    String defineReport(String name, String source, String granularity, String... levels) throws IOException {
        String rollupTo = levels.length == 0 ? "" : "\"" + String.join("\", \"", levels) + "\"";
        String report = "{\"name\": \"" + name + "\", \"aggregations\": [{\"targetCollection\": \"aggr_" + name
                + "\", \"granularity\": \"" + granularity + "\", \"rollupTo\": [" + rollupTo
                + "], \"filter\": {\"sources\": [\"" + source + "\"]}}]}";
        return api.post("/api/v1/reports", report).orThrow().json().path("id").asText();
    }

    /** The worker stands still, and so claims nothing. */
    void pauseWorker() {
        worker.pause();
    }

    void wakeWorker() {
        worker.wake();
    }

    /**
     * Waits until so many events are counted and no job is left.
     *
     * @param range {@code start=…&end=…} of a query
     * @return whether it came to that in time
     */
    boolean awaitDrained(String report, String range, long events, Duration limit) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        while (!isDrained(report, range, events)) {
            if (System.nanoTime() > end) {
                return false;
            }
            pause();
        }
        return true;
    }

    private boolean isDrained(String report, String range, long events) throws IOException {
        // The cheaper question first: counting reads every unit of the range.
        Api.Answer queue = api.get("/api/v1/queue");
        if (queue.status() == UNAVAILABLE || jobs(queue.orThrow().json()) > 0) {
            return false;
        }
        Api.Answer counted = api.get(question(report, "COUNT", range));
        return counted.status() != UNAVAILABLE && value(counted.orThrow()).compareTo(BigDecimal.valueOf(events)) >= 0;
    }

    private static long jobs(JsonNode queue) {
        return queue.path("ready").asLong()
                + queue.path("processing").asLong()
                + queue.path("delayed").asLong();
    }

    /** COUNT or SUM over all of a range. */
    BigDecimal total(String report, String metric, String range) throws IOException {
        return value(api.get(question(report, metric, range)).orThrow());
    }

    private static String question(String report, String metric, String range) {
        return "/api/v1/reports/" + report + "/query?metric=" + metric + "&mode=historical&granularity=all&" + range;
    }

    private static BigDecimal value(Api.Answer answer) {
        JsonNode points = answer.json().path("points");
        return points.isEmpty()
                ? BigDecimal.ZERO
                : points.get(0).path("value").decimalValue().stripTrailingZeros();
    }

    /** Seconds that the worker's batches have spent in each phase so far, and under {@code batches} how many there were. */
    Map<String, Double> phases() throws IOException {
        Map<String, Double> phases = new TreeMap<>();
        Matcher found = PHASE.matcher(
                new Api(worker.spec().port()).get("/q/metrics").orThrow().text());
        while (found.find()) {
            double value = Double.parseDouble(found.group(3));
            if (found.group(1).equals("sum")) {
                phases.put(found.group(2), value);
            } else if (found.group(2).equals("apply")) {
                phases.put("batches", value);
            }
        }
        return phases;
    }

    @Override
    public void close() {
        worker.wake(); // a process that stands still can't end
        worker.stop(STOP_MAX);
        ingest.stop(STOP_MAX);
    }
}

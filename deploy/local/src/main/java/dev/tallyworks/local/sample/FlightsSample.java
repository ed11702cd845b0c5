package dev.tallyworks.local.sample;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.local.process.Api;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;

/** The flights of a week, and what is asked of them. Defining and loading it again changes nothing. */
public final class FlightsSample {
    private static final int BATCH = 250;
    private static final int TRIES_MAX = 60;
    private static final String SOURCE = """
            {"name": "flights", "description": "Departures from New York, first week of 2013",
             "eventTypes": [{"name": "departed"}, {"name": "cancelled"}]}""";
    private static final String REPORT = "Flights";
    private static final String HOURLY = """
            {"name": "Flights", "description": "Departures and cancellations by hour", "aggregations": [
              {"targetCollection": "aggr_departures", "granularity": "hour",
               "filter": {"sources": ["flights"], "eventTypes": ["departed"]}},
              {"targetCollection": "aggr_cancellations", "granularity": "hour",
               "filter": {"sources": ["flights"], "eventTypes": ["cancelled"]},
               "partition": {"enabled": true, "length": 168}}]}""";
    private static final String RANGE = "start=2013-01-01T00:00:00Z&end=2013-01-09T00:00:00Z";

    private final Api api;
    private final List<String> events;

    public FlightsSample(Api api, Path file) throws IOException {
        this.api = api;
        this.events = read(file);
    }

    /** The lines of a gzipped file. */
    public static List<String> read(Path file) throws IOException {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            return lines.lines().toList();
        }
    }

    public int size() {
        return events.size();
    }

    /** @return the report's id */
    public String define() throws IOException {
        api.post("/api/v1/sources", SOURCE).orThrow();
        for (JsonNode report :
                api.get("/api/v1/reports?limit=1000").orThrow().json().path("items")) {
            if (report.path("name").asText().equals(REPORT)) {
                return report.path("id").asText();
            }
        }
        return api.post("/api/v1/reports", HOURLY).orThrow().json().path("id").asText();
    }

    /** @param progress is told how many events have been posted */
    public void load(LongConsumer progress) throws IOException, InterruptedException {
        for (int from = 0; from < events.size(); from += BATCH) {
            int to = Math.min(events.size(), from + BATCH);
            post(String.join("\n", events.subList(from, to)));
            progress.accept(to);
        }
    }

    private void post(String batch) throws IOException, InterruptedException {
        for (int tried = 1; ; tried++) {
            Api.Answer answer = api.postLines("/api/v1/sources/flights/events", batch);
            if (answer.status() != 503 || tried == TRIES_MAX) {
                answer.orThrow();
                return;
            }
            Thread.sleep(1_000);
        }
    }

    /**
     * Waits until every event of the sample is counted.
     *
     * @return false where that takes longer
     */
    public boolean awaitAggregated(String report, Duration limit) throws IOException, InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (counted(report) < events.size()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(100);
        }
        return true;
    }

    private long counted(String report) throws IOException {
        Api.Answer answer = api.get(path(report, "COUNT", "all"));
        if (answer.status() == 503) {
            return 0;
        }
        JsonNode points = answer.orThrow().json().path("points");
        return points.isEmpty() ? 0 : points.get(0).path("value").asLong();
    }

    /** A question that the sample answers. */
    public String question(String report) {
        return path(report, "SUM:distance", "day");
    }

    private static String path(String report, String metric, String granularity) {
        return "/api/v1/reports/" + report + "/query?metric=" + metric + "&" + RANGE + "&granularity=" + granularity;
    }
}

package dev.tallyworks.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.local.process.Api;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks how many events a report counts while it is changed, and holds each answer against what it may be: never more than was
 * sent until then, and, unless it says {@code partial}, all that was answered before.
 */
final class LoadQuestions {
    enum Mode {
        COMBINED,
        REALTIME,
        HISTORICAL;

        String parameter() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a question is about.
     *
     * @param parameters each with an ampersand before it
     * @param young only what realtime rollups hold; all that clients post otherwise
     */
    record About(String parameters, Predicate<LoadEvent> of, boolean young) {
        static About everything() {
            return new About("", event -> true, false);
        }

        static About type(String type) {
            return new About("&eventTypes=" + type, event -> event.type().equals(type), false);
        }

        static About client(String client) {
            return new About(
                    "&attribution=client:" + client, event -> event.client().equals(client), false);
        }

        /** One of now. */
        static About just(LoadEvent probe) {
            return new About("&attribution=probe:" + probe.probe(), event -> event == probe, true);
        }

        About ofNow() {
            return new About(parameters, of, true);
        }
    }

    /**
     * An answer that is whole.
     *
     * @param expected what it could be
     */
    record Whole(Call question, long counted, CountedReport.Bounds expected) {}

    private static final long REALTIME_MINUTES = 10;

    private final Supplier<List<LoadEvent>> events;
    private final Queue<String> wrong;
    private final Instant begun = Instant.now();
    private final Map<String, AtomicLong> tally = new ConcurrentSkipListMap<>();

    /** @param wrong is told of answers that should not be */
    LoadQuestions(Supplier<List<LoadEvent>> events, Queue<String> wrong) {
        this.events = events;
        this.wrong = wrong;
    }

    /** Of all that clients post. */
    static Instant start() {
        return Instant.now().minus(2, ChronoUnit.DAYS).truncatedTo(ChronoUnit.DAYS);
    }

    /** From where on realtime numbers are whole: what is younger than their retention. */
    Instant realtimeStart() {
        Instant kept = Instant.now().minus(REALTIME_MINUTES, ChronoUnit.MINUTES);
        return kept.isBefore(begun) ? begun : kept;
    }

    static String range(Instant start) {
        return "start=" + start + "&end="
                + Instant.now().plus(2, ChronoUnit.DAYS).truncatedTo(ChronoUnit.DAYS);
    }

    /** @return null where there is no answer, or none that claims to be whole */
    @Nullable
    Whole ask(Api api, CountedReport report, Mode mode, About about) {
        Instant start = mode == Mode.REALTIME || about.young ? realtimeStart() : start();
        String path = report.path() + "/query?metric=COUNT&granularity=all&mode=" + mode.parameter() + "&"
                + range(start) + about.parameters;
        Call call = Call.begin();
        Api.Answer answer;
        try {
            answer = api.get(path);
        } catch (IOException cut) {
            count(mode, "cut");
            return null;
        }
        call.end();
        if (answer.status() == 503) {
            count(mode, "refused");
            return null;
        }
        JsonNode json = answer.json();
        if (!answer.succeeded()) {
            wrong.add("asked " + path + ": HTTP " + answer.status() + ": " + answer.text());
            return null;
        }
        long counted = json.at("/points/0/value").asLong();
        boolean partial = json.path("partial").asBoolean();
        List<LoadEvent> asked = events.get().stream().filter(about.of).toList();
        CountedReport.Bounds expected = report.bounds(call, asked, start.toEpochMilli());
        if (counted > expected.max() || !partial && counted < expected.min()) {
            wrong.add(Instant.now() + " " + path + ": expected " + expected.min() + " to " + expected.max()
                    + ", answered " + answer.text());
        }
        count(mode, partial ? "partial" : expected.isExact() ? "exact" : "whole");
        return partial ? null : new Whole(call, counted, expected);
    }

    private void count(Mode mode, String what) {
        count(mode.parameter() + " " + what);
    }

    /** One more of something. */
    void count(String what) {
        tally.computeIfAbsent(what, key -> new AtomicLong()).incrementAndGet();
    }

    /** How often there was what. */
    Map<String, Long> tally() {
        Map<String, Long> counts = new TreeMap<>();
        tally.forEach((what, times) -> counts.put(what, times.get()));
        return counts;
    }
}

package dev.tallyworks.e2e;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.local.process.Api;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Changes definitions in random order while clients post. Around each change it posts an event before to one process and one
 * right after the answer to the other, and asks the first for both at once. Some changes are made while no client's request is
 * under way, so that all totals are known exactly before and after.
 */
final class DefinitionChanger {
    private enum Kind {
        ADD,
        BACKFILL,
        DELETE,
        ANEW,
        DEACTIVATE,
        ACTIVATE,
        HARMLESS,
        REFUSED,
        PATCH_REBUILD,
        REBUILD,
        REBUILD_RANGE,
        CANCEL,
        SOURCE,
        EVENT_TYPE,
        LOOK
    }

    /** What a change must be known by, in the very next answer, once at least. */
    private static final Set<Kind> AT_ONCE =
            EnumSet.of(Kind.ADD, Kind.DELETE, Kind.DEACTIVATE, Kind.ACTIVATE, Kind.HARMLESS, Kind.REFUSED);

    private static final String CLOSED_SOURCE = "booth";
    private static final int SOURCES_MAX = 3;
    private static final int ROUNDS_MAX = 30;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final List<List<String>> HALVES = List.of(List.of("sale", "refund"), List.of("visit", "click"));

    private final List<Api> apis;
    private final LoadClients clients;
    private final LoadQuestions questions;
    private final Queue<String> wrong;
    private final Random random;
    private final BooleanSupplier realtimeIsComplete;
    /** Rebuilt numbers come from MongoDB alone for minutes, so there are reports that are never rebuilt. */
    private final List<CountedReport> reports = new ArrayList<>();

    private boolean typeIsThere;
    private int probes;
    private int sourcesAdded;

    /** A step that may be cut off. */
    @FunctionalInterface
    private interface Step {
        void to(Api api) throws IOException;
    }

    /** @param realtimeIsComplete whether realtime rollups have missed nothing until now */
    DefinitionChanger(
            List<Api> apis,
            LoadClients clients,
            LoadQuestions questions,
            long seed,
            Queue<String> wrong,
            BooleanSupplier realtimeIsComplete) {
        this.apis = apis;
        this.clients = clients;
        this.questions = questions;
        this.wrong = wrong;
        this.random = new Random(seed);
        this.realtimeIsComplete = realtimeIsComplete;
    }

    static void defineSources(Api api) throws IOException {
        for (String name : List.of("shop", "stall")) {
            api.post("/api/v1/sources", "{\"name\": \"" + name + "\", \"openTypes\": true}")
                    .orThrow();
        }
        api.post("/api/v1/sources", "{\"name\": \"" + CLOSED_SOURCE + "\", \"eventTypes\": [{\"name\": \"visit\"}]}")
                .orThrow();
    }

    List<CountedReport> reports() {
        return reports;
    }

    /** Four reports, with all their aggregations. */
    void define() throws IOException {
        for (int i = 0; i < 4; i++) {
            Api.Answer made = apis.get(0)
                    .post("/api/v1/reports", "{\"name\": \"under load " + i + "\"}")
                    .orThrow();
            CountedReport report = new CountedReport(made.json().path("id").asText());
            reports.add(report);
            for (List<String> slot : slots(report)) {
                add(apis.get(0), report, slot, false);
            }
        }
    }

    private List<List<String>> slots(CountedReport report) {
        return reports.indexOf(report) % 2 == 0 ? HALVES : List.of(List.of());
    }

    private boolean isRebuilt(CountedReport report) {
        return reports.indexOf(report) > 1;
    }

    /** Each kind of change once a round, in random order, until the time is over and enough was seen at once. */
    void run(Duration lasts) throws IOException {
        long end = System.nanoTime() + lasts.toNanos();
        int rounds = 0;
        do {
            List<Kind> round = new ArrayList<>(EnumSet.allOf(Kind.class));
            Collections.shuffle(round, random);
            for (Kind kind : round) {
                make(kind);
                if (!wrong.isEmpty()) {
                    return;
                }
                questions.count("made " + kind);
                LockSupport.parkNanos(random.nextLong(PAUSE_NANOS));
            }
            rounds++;
        } while (System.nanoTime() < end || !notSeen().isEmpty() && rounds < ROUNDS_MAX);
    }

    /** Kinds of changes that no answer was seen to know of: the very next one, where realtime rollups missed nothing. */
    List<String> notSeen() {
        Set<String> seen = questions.tally().keySet();
        boolean atOnce = realtimeIsComplete.getAsBoolean();
        return AT_ONCE.stream()
                .map(Kind::name)
                .filter(kind -> !seen.contains("at once " + kind) && (atOnce || !seen.contains("first whole " + kind)))
                .toList();
    }

    private void make(Kind kind) throws IOException {
        for (CountedReport report : reports) {
            for (CountedAggregation aggregation : report.there()) {
                look(aggregation);
            }
        }
        switch (kind) {
            case ADD -> fill(kind, telling(), false);
            case BACKFILL -> fill(kind, rebuilt(), true);
            case DELETE -> {
                CountedAggregation gone = anyThere(telling());
                around(kind, gone.report(), gone.slot(), api -> delete(api, gone));
            }
            case ANEW -> {
                CountedAggregation old = anyThere(telling());
                around(kind, old.report(), old.slot(), api -> {
                    delete(api, old);
                    add(api, old.report(), old.slot(), false);
                });
            }
            case DEACTIVATE -> turn(kind, false);
            case ACTIVATE -> turn(kind, true);
            case HARMLESS -> harmless(kind);
            case REFUSED -> refused(kind);
            case PATCH_REBUILD -> patch(kind);
            case REBUILD, REBUILD_RANGE -> rebuild(kind);
            case CANCEL -> cancel(kind);
            case SOURCE -> addSource();
            case EVENT_TYPE -> changeType();
            case LOOK -> lookAtAll();
        }
    }

    /**
     * Makes a change, with an event before it and one right after its answer, each at another process, and asks for both; at
     * times while nobody else posts.
     *
     * @param slot the types that the change is about; empty for all
     */
    private void around(Kind kind, CountedReport report, List<String> slot, Step change) throws IOException {
        if (random.nextInt(3) > 0) {
            around(kind, report, slot, false, change);
            return;
        }
        Lock stillness = clients.stillness();
        stillness.lock();
        try {
            around(kind, report, slot, true, change);
        } finally {
            stillness.unlock();
        }
    }

    private void around(Kind kind, CountedReport report, List<String> slot, boolean still, Step change)
            throws IOException {
        int process = random.nextInt(2);
        Api one = apis.get(process);
        Api other = apis.get(1 - process);
        LoadEvent before = probe(random.nextBoolean() ? one : other, slot);
        if (still) {
            askAll(report);
        }
        change.to(one);
        LoadEvent after = probe(other, slot);
        LoadQuestions.Whole atOnce =
                questions.ask(one, report, LoadQuestions.Mode.COMBINED, LoadQuestions.About.just(after));
        questions.ask(one, report, LoadQuestions.Mode.REALTIME, LoadQuestions.About.just(after));
        questions.ask(other, report, LoadQuestions.Mode.COMBINED, LoadQuestions.About.just(after));
        LoadQuestions.Whole old =
                questions.ask(one, report, LoadQuestions.Mode.COMBINED, LoadQuestions.About.just(before));
        questions.ask(one, report, LoadQuestions.Mode.REALTIME, LoadQuestions.About.just(before));
        if (still) {
            askAll(report);
        }
        if (tells(kind, atOnce, old)) {
            questions.count("at once " + kind);
        } else if (still && atOnce == null && !isBeingFilled(report)) {
            if (tells(kind, firstWhole(one, report, after), firstWhole(other, report, before))) {
                questions.count("first whole " + kind);
            }
        }
    }

    /** Whether answers differ from what they were without the change, or would be with another one. */
    private static boolean tells(Kind kind, LoadQuestions.@Nullable Whole after, LoadQuestions.@Nullable Whole before) {
        return switch (kind) {
            case DELETE -> isExactly(0, after);
            case DEACTIVATE -> isExactly(0, after) && isExactly(1, before);
            case ADD, ACTIVATE -> isExactly(1, after) && isExactly(0, before);
            default -> isExactly(1, after) && isExactly(1, before);
        };
    }

    private LoadQuestions.@Nullable Whole firstWhole(Api api, CountedReport report, LoadEvent probe) {
        return await("a whole answer")
                .atMost(LIMIT)
                .until(
                        () -> Optional.ofNullable(questions.ask(
                                api, report, LoadQuestions.Mode.COMBINED, LoadQuestions.About.just(probe))),
                        answer -> answer.isPresent() || !wrong.isEmpty())
                .orElse(null);
    }

    private static boolean isBeingFilled(CountedReport report) {
        return report.there().stream()
                .anyMatch(one -> one.isBuilding() && one.newest().begun() == one.created());
    }

    private static boolean isExactly(long counted, LoadQuestions.@Nullable Whole answer) {
        return answer != null && answer.expected().isExact() && answer.counted() == counted;
    }

    private void askAll(CountedReport report) {
        for (Api api : apis) {
            for (LoadQuestions.Mode mode : LoadQuestions.Mode.values()) {
                questions.ask(api, report, mode, LoadQuestions.About.everything());
                questions.ask(
                        api, report, mode, LoadQuestions.About.everything().ofNow());
            }
        }
    }

    private LoadEvent probe(Api api, List<String> slot) throws IOException {
        // All aggregations take the first source, some of them others.
        String source = random.nextInt(3) > 0 ? "shop" : any(clients.sources());
        return clients.probe(api, source, any(slot.isEmpty() ? LoadClients.TYPES : slot), "p" + probes++);
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private CountedReport rebuilt() {
        return reports.get(2 + random.nextInt(2));
    }

    /** Mostly one that is never rebuilt, and active: there the next answer tells. */
    private CountedReport telling() {
        List<CountedReport> active =
                reports.subList(0, 2).stream().filter(CountedReport::isActive).toList();
        return active.isEmpty() || random.nextInt(3) == 0 ? any(reports) : any(active);
    }

    /** One of the report; it is made where there is none. */
    private CountedAggregation anyThere(CountedReport report) throws IOException {
        if (report.there().isEmpty()) {
            add(apis.get(0), report, any(slots(report)), false);
        }
        return any(report.there());
    }

    private Meaning meaning(List<String> slot) {
        List<String> types = slot;
        if (!slot.isEmpty() && random.nextInt(3) == 0) {
            types = List.of(any(slot));
        }
        List<String> sources =
                switch (random.nextInt(4)) {
                    case 0 -> List.of("shop");
                    case 1 -> List.of("shop", "stall");
                    default -> List.of();
                };
        Meaning.Width width = any(List.of(
                Meaning.Width.SECOND,
                Meaning.Width.MINUTE,
                Meaning.Width.MINUTE,
                Meaning.Width.QUARTER,
                Meaning.Width.HOUR));
        Meaning.@Nullable Width level =
                switch (random.nextInt(3)) {
                    case 0 -> Meaning.Width.DAY;
                    case 1 -> width == Meaning.Width.HOUR ? null : Meaning.Width.HOUR;
                    default -> null;
                };
        return new Meaning(
                width,
                sources,
                types,
                level,
                1_000 + random.nextInt(9_000),
                random.nextInt(3) * (10 + random.nextInt(90)));
    }

    private void fill(Kind kind, CountedReport report, boolean backfill) throws IOException {
        List<List<String>> free = new ArrayList<>(slots(report));
        report.there().forEach(taken -> free.remove(taken.slot()));
        if (free.isEmpty()) {
            CountedAggregation old = any(report.there());
            delete(apis.get(random.nextInt(2)), old);
            free.add(old.slot());
        }
        List<String> slot = any(free);
        around(kind, report, slot, api -> add(api, report, slot, backfill));
    }

    /** Always with the same target for the same types. */
    private void add(Api api, CountedReport report, List<String> slot, boolean backfill) throws IOException {
        Meaning meaning = meaning(slot);
        String target = "aggr_r" + reports.indexOf(report) + (slot.isEmpty() ? "all" : slot.get(0));
        CountedAggregation made = new CountedAggregation(report, target, slot, meaning);
        if (backfill) {
            made.building(new CountedAggregation.Numbers(
                    null, made.created(), Call.after(made.created()), meaning, Long.MIN_VALUE, Long.MAX_VALUE));
        }
        report.aggregations().add(made);
        JsonNode answer = api.post(
                        report.path() + "/aggregations",
                        "{\"targetCollection\": \"" + target + "\", " + meaning.members() + ", \"backfill\": "
                                + backfill + "}")
                .orThrow()
                .json();
        made.defined(answer.path("id").asText());
        if (backfill) {
            for (JsonNode rebuild : api.get(report.path() + "/rebuilds?limit=1000")
                    .orThrow()
                    .json()
                    .path("items")) {
                if (rebuild.at("/aggregations/0").asText().equals(made.id())) {
                    made.named(rebuild.path("id").asText());
                }
            }
        }
    }

    private static void delete(Api api, CountedAggregation gone) throws IOException {
        Call call = gone.deleting();
        api.send("DELETE", gone.path(), "application/json", "").orThrow();
        call.end();
        if (gone.isBuilding()) {
            gone.newest().inForce().end();
        }
    }

    private void turn(Kind kind, boolean active) throws IOException {
        List<CountedReport> candidates = new ArrayList<>(
                reports.stream().filter(one -> one.isActive() != active).toList());
        if (candidates.isEmpty()) {
            CountedReport other = any(reports);
            turn(apis.get(0), other, !active);
            candidates.add(other);
        }
        CountedReport report = any(candidates);
        if (random.nextBoolean()) {
            report = candidates.get(0);
        }
        anyThere(report);
        CountedReport turned = report;
        around(kind, turned, List.of(), api -> turn(api, turned, active));
    }

    private static void turn(Api api, CountedReport report, boolean active) throws IOException {
        Call call = report.switching(active);
        api.send("PATCH", report.path(), "application/json", "{\"active\": " + active + "}")
                .orThrow();
        call.end();
    }

    private void harmless(Kind kind) throws IOException {
        CountedAggregation aggregation = anyThere(telling());
        boolean partitioned = aggregation.newest().meaning().partitionLength() > 0 && !aggregation.isBuilding();
        String patch = isRebuilt(aggregation.report()) && random.nextBoolean()
                ? "{\"realtime\": " + random.nextBoolean() + "}"
                : partitioned
                        ? "{\"retention\": {\"hotDays\": " + (300 + random.nextInt(100)) + "}}"
                        : "{\"retention\": null}";
        around(kind, aggregation.report(), aggregation.slot(), api -> api.send(
                        "PATCH", aggregation.path(), "application/json", patch)
                .orThrow());
    }

    private void refused(Kind kind) throws IOException {
        CountedAggregation aggregation = anyThere(telling());
        around(kind, aggregation.report(), aggregation.slot(), api -> {
            Api.Answer answer =
                    api.send("PATCH", aggregation.path(), "application/json", "{\"limits\": {\"values\": 100}}");
            if (answer.status() != 409) {
                wrong.add("a patch of the limits without a rebuild: HTTP " + answer.status() + ": " + answer.text());
            }
        });
    }

    private CountedAggregation idle() throws IOException {
        List<CountedAggregation> idle = Stream.of(rebuilt(), rebuilt())
                .flatMap(report -> report.there().stream())
                .filter(one -> !one.isBuilding())
                .toList();
        CountedAggregation aggregation = idle.isEmpty() ? anyThere(rebuilt()) : any(idle);
        awaitBuilt(aggregation);
        return aggregation;
    }

    private void patch(Kind kind) throws IOException {
        CountedAggregation aggregation = idle();
        Meaning old = aggregation.newest().meaning();
        Meaning drawn = meaning(aggregation.slot());
        // A partition may be needed by a retention that was patched in.
        Meaning meaning = new Meaning(
                drawn.width(),
                drawn.sources(),
                drawn.types(),
                drawn.level(),
                old.values() + 1,
                old.partitionLength() == 0 ? drawn.partitionLength() : old.partitionLength() + 1);
        around(kind, aggregation.report(), aggregation.slot(), api -> {
            Call call = building(aggregation, meaning, Long.MIN_VALUE, Long.MAX_VALUE);
            begun(
                    aggregation,
                    call,
                    api.send(
                            "PATCH",
                            aggregation.path() + "?rebuild=true",
                            "application/json",
                            "{" + meaning.members() + "}"));
        });
    }

    private void rebuild(Kind kind) throws IOException {
        CountedAggregation aggregation = idle();
        Meaning meaning = aggregation.newest().meaning();
        String range = "";
        long start = Long.MIN_VALUE;
        long end = Long.MAX_VALUE;
        if (kind == Kind.REBUILD_RANGE) {
            Instant from = Instant.now().minusSeconds(random.nextInt(6 * 3_600));
            Instant to = from.plusSeconds(1 + random.nextInt(3 * 3_600));
            range = "\"timeRange\": {\"start\": \"" + from + "\", \"end\": \"" + to + "\"}, ";
            start = meaning.widestBucket(from.toEpochMilli());
            end = meaning.widestBucketEnd(to.toEpochMilli());
        }
        String body = "{" + range + "\"aggregations\": [\"" + aggregation.id() + "\"]}";
        long first = start;
        long last = end;
        around(kind, aggregation.report(), aggregation.slot(), api -> {
            Call call = building(aggregation, meaning, first, last);
            begun(aggregation, call, api.post(aggregation.report().path() + "/rebuilds", body));
        });
    }

    private static Call building(CountedAggregation aggregation, Meaning meaning, long start, long end) {
        Call call = Call.begin();
        aggregation.building(new CountedAggregation.Numbers(null, call, Call.after(call), meaning, start, end));
        return call;
    }

    private void begun(CountedAggregation aggregation, Call call, Api.Answer answer) {
        call.end();
        if (answer.status() == 202) {
            aggregation.named(answer.json().path("id").asText());
        } else {
            aggregation.cancelled();
            wrong.add("a rebuild of " + aggregation.id() + ": HTTP " + answer.status() + ": " + answer.text());
        }
    }

    private void cancel(Kind kind) throws IOException {
        rebuild(Kind.REBUILD);
        for (CountedAggregation aggregation : reports.stream()
                .flatMap(report -> report.there().stream())
                .filter(CountedAggregation::isBuilding)
                .toList()) {
            String rebuild = aggregation.newest().rebuild();
            around(
                    kind,
                    aggregation.report(),
                    aggregation.slot(),
                    api -> ended(
                            aggregation,
                            api.post(aggregation.report().path() + "/rebuilds/" + rebuild + "/cancel", "{}")
                                    .orThrow()
                                    .json()));
        }
    }

    /** Finds out whether what is built is in force by now. */
    private void look(CountedAggregation aggregation) throws IOException {
        if (aggregation.isBuilding()) {
            ended(
                    aggregation,
                    apis.get(random.nextInt(2))
                            .get(aggregation.report().path() + "/rebuilds/"
                                    + aggregation.newest().rebuild())
                            .orThrow()
                            .json());
        }
    }

    private void ended(CountedAggregation aggregation, JsonNode rebuild) {
        switch (rebuild.path("state").asText()) {
            case "done" -> {
                aggregation.newest().inForce().end();
                questions.count("rebuilt");
            }
            case "cancelled" -> aggregation.cancelled();
            case "waiting", "running" -> {}
            default -> wrong.add("a rebuild of " + aggregation.id() + ": " + rebuild);
        }
    }

    /** Returns once what is built is in force. */
    void awaitBuilt(CountedAggregation aggregation) {
        await("the rebuild of " + aggregation.target()).atMost(LIMIT).until(() -> {
            look(aggregation);
            return !aggregation.isBuilding() || !wrong.isEmpty();
        });
    }

    /** Both processes must know it: one is told, the other is asked. */
    private void addSource() throws IOException {
        if (sourcesAdded == SOURCES_MAX) {
            return;
        }
        String id = "extra" + ++sourcesAdded;
        int process = random.nextInt(2);
        apis.get(process)
                .post("/api/v1/sources", "{\"name\": \"" + id + "\", \"openTypes\": true}")
                .orThrow();
        LoadEvent first = clients.probe(apis.get(1 - process), id, any(LoadClients.TYPES), "p" + probes++);
        for (CountedReport report : reports) {
            questions.ask(apis.get(process), report, LoadQuestions.Mode.COMBINED, LoadQuestions.About.just(first));
        }
        clients.add(id);
    }

    private void changeType() throws IOException {
        int process = random.nextInt(2);
        Api other = apis.get(1 - process);
        String type = "/api/v1/sources/" + CLOSED_SOURCE + "/event-types/sale";
        typeIsThere = !typeIsThere;
        apis.get(process)
                .send(typeIsThere ? "PUT" : "DELETE", type, "application/json", typeIsThere ? "{}" : "")
                .orThrow();
        if (typeIsThere) {
            LoadEvent first = clients.probe(other, CLOSED_SOURCE, "sale", "p" + probes++);
            for (CountedReport report : reports) {
                questions.ask(apis.get(process), report, LoadQuestions.Mode.COMBINED, LoadQuestions.About.just(first));
            }
        } else {
            Api.Answer answer = other.post(
                    "/api/v1/sources/" + CLOSED_SOURCE + "/events",
                    "{\"uuid\": \"refused" + probes++ + "\", \"type\": \"sale\"}");
            if (answer.status() != 422 || !answer.text().contains("unknown_event_type")) {
                wrong.add("an event of a type that is deleted: HTTP " + answer.status() + ": " + answer.text());
            }
        }
    }

    /** With no request under way, and nothing pending, all modes answer exactly. */
    private void lookAtAll() {
        Lock stillness = clients.stillness();
        stillness.lock();
        try {
            for (CountedReport report : reports) {
                await("a whole answer").atMost(LIMIT).until(() -> {
                    return isBeingFilled(report)
                            || !wrong.isEmpty()
                            || questions.ask(
                                            apis.get(0),
                                            report,
                                            LoadQuestions.Mode.HISTORICAL,
                                            LoadQuestions.About.everything())
                                    != null;
                });
                askAll(report);
            }
        } finally {
            stillness.unlock();
        }
    }
}

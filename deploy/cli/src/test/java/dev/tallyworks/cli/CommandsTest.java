package dev.tallyworks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Json;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** What each command asks, shows, and ends with. */
class CommandsTest {
    private static final String QUEUE =
            "{\"paused\": false, \"ready\": 1, \"processing\": 2, \"delayed\": 3, \"dead\": 0, \"oldestAgeSeconds\": 0.250,"
                    + " \"shards\": [{\"shard\": \"0\", \"paused\": false, \"ready\": 1, \"processing\": 2, \"delayed\": 3,"
                    + " \"dead\": 0, \"oldestAgeSeconds\": 0.250}]}";
    private static final String POINTS =
            "{\"points\": [{\"timestamp\": \"2026-01-01T00:00:00.000Z\", \"value\": 19.990, \"category\": \"EUR\"},"
                    + " {\"timestamp\": \"2026-01-02T00:00:00.000Z\", \"value\": 5, \"category\": \"USD\"}],"
                    + " \"mode\": \"combined\", \"lagSeconds\": 0.000, \"partial\": false, \"truncatedValues\": 0}";
    private static final String[] RANGE = {"--start", "2026-01-01", "--end", "2026-01-03"};

    @TempDir
    Path folder;

    private FakeApi api;
    private Run.Runner runner;

    @BeforeEach
    void start() throws IOException {
        api = new FakeApi().on("GET /api/v1/reports/r1", "{\"id\": \"r1\", \"name\": \"Revenue\"}");
        runner = new Run.Runner(folder).with("TALLYCTL_URL", api.url());
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private Run run(String... arguments) {
        return runner.run(arguments);
    }

    private static String[] with(String[] more, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private FakeApi.Asked last() {
        return api.asked().get(api.asked().size() - 1);
    }

    private String lastPath() {
        return URLDecoder.decode(last().path(), StandardCharsets.UTF_8);
    }

    @Test
    void everyCommandAndOptionIsExplained() {
        Run.Runner wide = new Run.Runner(folder);
        CommandSpec root = Tallyctl.commandLine(dev.tallyworks.cli.console.Console.ofProcess(), new QuickTime())
                .getCommandSpec();
        List<CommandSpec> commands = new ArrayList<>();
        collect(root, commands);

        assertThat(commands).hasSizeGreaterThan(40);
        for (CommandSpec command : commands) {
            assertThat(command.usageMessage().description())
                    .as(command.qualifiedName())
                    .isNotEmpty();
            String[] path = command.qualifiedName().split(" ");
            List<String> arguments = new ArrayList<>(List.of(path).subList(1, path.length));
            arguments.add("--help");
            Run help = wide.run(arguments.toArray(String[]::new));
            assertThat(help.code()).as(command.qualifiedName()).isZero();
            assertThat(help.out()).as(command.qualifiedName()).contains("Usage: ");
        }
        assertThat(wide.run("--help").out()).contains("Exit codes:").contains("refused by the server");
        assertThat(wide.run("--version").out()).startsWith("tallyctl ");
    }

    private static void collect(CommandSpec command, List<CommandSpec> into) {
        into.add(command);
        for (CommandLine below : command.subcommands().values()) {
            collect(below.getCommandSpec(), into);
        }
    }

    @Test
    void completesItself() {
        Run run = run("generate-completion");

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("complete -F _complete_tallyctl").contains("--timestamp-column");
    }

    @Test
    void theSameAnswerInEveryFormat() throws IOException {
        api.on("GET /api/v1/queue", QUEUE);

        assertThat(run("queue").lines())
                .containsExactly(
                        "shard  paused  ready  processing  delayed  dead  oldestAgeSeconds",
                        "    0  false       1           2        3     0             0.250");
        assertThat(run("queue", "-o", "csv").out())
                .isEqualTo("shard,paused,ready,processing,delayed,dead,oldestAgeSeconds\r\n0,false,1,2,3,0,0.250\r\n");
        Run json = run("--output", "JSON", "queue");
        assertThat(json.lines()).hasSize(1);
        assertThat(Json.MAPPER.readTree(json.out())).isEqualTo(Json.MAPPER.readTree(QUEUE));
    }

    @Test
    void watchesUntilItHasSeenEnough() {
        AtomicInteger asked = new AtomicInteger();
        api.on(
                "GET /api/v1/queue",
                one -> FakeApi.Answer.json(
                        200, QUEUE.replace("\"ready\": 1", "\"ready\": " + asked.incrementAndGet())));

        Run run = run("queue", "--watch", "--times", "3", "--interval", "5s", "-o", "json");

        assertThat(run.lines()).hasSize(3);
        assertThat(run.lines().get(2)).contains("\"ready\":3");
        assertThat(runner.time().sleptMillis()).containsExactly(5_000L, 5_000L);
    }

    @Test
    void questionsAreAskedAsTheyWereTyped() {
        api.on("GET /api/v1/reports/r1/query", POINTS);

        Run run = run(with(
                RANGE,
                "query",
                "r1",
                "-m",
                "COMPOUND_SUM:amount:currency",
                "-g",
                "day",
                "-g",
                "month",
                "--timezone",
                "Europe/Berlin",
                "--attribution",
                "user:4 2&",
                "--source",
                "a",
                "--source",
                "b",
                "--type",
                "sale",
                "--mode",
                "historical",
                "--zero"));

        assertThat(run.code()).isZero();
        assertThat(run.lines())
                .containsExactly(
                        "timestamp                  value  category",
                        "2026-01-01T00:00:00.000Z  19.990  EUR",
                        "2026-01-02T00:00:00.000Z       5  USD");
        assertThat(lastPath())
                .isEqualTo("/api/v1/reports/r1/query?metric=COMPOUND_SUM:amount:currency&granularity=day,month"
                        + "&timezone=Europe/Berlin&fill=zero&start=2026-01-01T00:00:00Z&end=2026-01-03T00:00:00Z"
                        + "&attribution=user:4 2&&sources=a,b&eventTypes=sale&mode=historical");
        assertThat(last().path()).contains("user%3A4%202%26");
    }

    @Test
    void pointsAreDrawn() {
        api.on("GET /api/v1/reports/r1/query", POINTS);

        assertThat(run(with(RANGE, "query", "r1", "--chart")).lines())
                .hasSize(2)
                .first()
                .asString()
                .startsWith("2026-01-01 EUR  19.990 ███")
                .hasSizeLessThan(80);
    }

    @Test
    void rowsAreWrittenAsCsv() {
        api.on(
                "GET /api/v1/reports/r1/dataset",
                "{\"rows\": [{\"timestamp\": \"t\", \"a_sum\": 1.50, \"mean\": null}, {\"timestamp\": \"u\", \"b_by_x,y\": 2,"
                        + " \"$boolean_groups\": [{\"name\": \"n\", \"value\": true, \"timestamp\": \"t\"}]}],"
                        + " \"nextCursor\": \"c1\", \"partial\": true, \"lagSeconds\": 2.5}");

        Run run = run(with(
                RANGE,
                "dataset",
                "r1",
                "-g",
                "hour",
                "--fields",
                "a,b",
                "--compute",
                "mean=a_sum / sale_count",
                "--where",
                "a_sum > 1",
                "--sort-by",
                "mean",
                "--desc",
                "--limit",
                "3",
                "-o",
                "csv"));

        assertThat(run.out().split("\r\n"))
                .containsExactly(
                        "timestamp,a_sum,mean,\"b_by_x,y\",$boolean_groups",
                        "t,1.50,,,",
                        "u,,,2,\"[{\"\"name\"\":\"\"n\"\",\"\"value\"\":true,\"\"timestamp\"\":\"\"t\"\"}]\"");
        assertThat(run.err()).contains("partial: ", "(lag 2.5 s)", "--cursor c1");
        assertThat(lastPath())
                .contains("metrics=a,b&compute={\"mean\":\"a_sum / sale_count\"}&where=a_sum > 1&sortBy=mean"
                        + "&sortDirection=desc&limit=3");
        assertThat(run(with(RANGE, "dataset", "r1")).out()).doesNotContain("boolean_groups");
    }

    @Test
    void whatHasNoRowsHasColumns() {
        api.on("GET /api/v1/reports/r1/query", "{\"points\": []}");

        assertThat(run(with(RANGE, "query", "r1", "-o", "csv")).out()).isEqualTo("timestamp,value\r\n");
        assertThat(run(with(RANGE, "query", "r1")).lines()).containsExactly("timestamp  value");
        assertThat(run(with(RANGE, "query", "r1", "--chart")).out()).isEmpty();
    }

    @Test
    void answersThatLackSomethingSaySo() {
        api.on(
                "GET /api/v1/reports/r1/query",
                POINTS.replace("\"partial\": false", "\"partial\": true").replace("Values\": 0", "Values\": 4"));

        assertThat(run(with(RANGE, "query", "r1")).err())
                .contains("partial: accepted events may still be missing")
                .contains("4 values beyond the aggregation's limits");
    }

    @Test
    void severalGranularitiesAreNamed() {
        api.on(
                "GET /api/v1/reports/r1/query",
                "{\"byGranularity\": {\"day\": {\"points\": [{\"timestamp\": \"t\", \"value\": 1}]}, \"all\": {\"points\":"
                        + " [{\"timestamp\": \"t\", \"value\": 2}]}}}");

        assertThat(run(with(RANGE, "query", "r1")).lines())
                .containsExactly(
                        "granularity  timestamp  value",
                        "day          t              1",
                        "all          t              2");
    }

    @Test
    void reportsAreFoundByTheirNames() {
        api.on(
                "GET /api/v1/reports",
                asked -> FakeApi.Answer.json(
                        200,
                        asked.path().contains("cursor")
                                ? "{\"items\": [{\"id\": \"r2\", \"name\": \"My Sales\"}, {\"id\": \"r3\", \"name\": \"Twin\"},"
                                        + " {\"id\": \"r4\", \"name\": \"Twin\"}], \"nextCursor\": null}"
                                : "{\"items\": [{\"id\": \"r1\", \"name\": \"Revenue\"}], \"nextCursor\": \"c\"}"));
        api.on("GET /api/v1/reports/r2/top", "{\"items\": [{\"attribution\": \"acme\", \"value\": 3}]}");

        assertThat(run(with(RANGE, "top", "My Sales", "--by", "customer")).lines())
                .containsExactly("attribution  value", "acme             3");
        Run twins = run(with(RANGE, "top", "Twin", "--by", "customer"));
        assertThat(twins.code()).isEqualTo(2);
        assertThat(twins.err()).contains("r3, r4");
        assertThat(run(with(RANGE, "top", "None", "--by", "customer")).code()).isEqualTo(3);
    }

    @Test
    void listsGoOnFromPageToPage() {
        api.on(
                "GET /api/v1/sources",
                asked -> FakeApi.Answer.json(
                        200,
                        "{\"items\": [{\"id\": \"" + (asked.path().contains("cursor=c") ? "b" : "a")
                                + "\", \"eventTypes\": [{\"name\": \"x\"}, {\"name\": \"y\"}]}], \"nextCursor\": "
                                + (asked.path().contains("cursor=c") ? "null" : "\"c\"") + "}"));

        assertThat(run("sources", "list").lines()).hasSize(3).last().asString().contains("x,y");
        Run one = run("sources", "list", "--limit", "1");
        assertThat(one.lines()).hasSize(2);
        assertThat(one.err()).contains("more than these 1: --limit 0");
    }

    @Test
    void definitionsAreSentAsTheyWereTyped() throws IOException {
        api.on("POST /api/v1/sources", asked -> FakeApi.Answer.json(201, asked.body()));
        api.on("PATCH /api/v1/sources/shop", asked -> FakeApi.Answer.json(200, asked.body()));
        api.on("DELETE /api/v1/sources/shop", asked -> new FakeApi.Answer(202, "application/json", "", List.of()));
        api.on("PUT /api/v1/sources/shop/event-types/a%2Fb", asked -> FakeApi.Answer.json(201, asked.body()));
        api.on("POST /api/v1/reports/r1/aggregations", asked -> FakeApi.Answer.json(201, asked.body()));
        Path more = Files.writeString(folder.resolve("more.json"), "{\"retention\": {\"hotDays\": 9}}");

        run("sources", "create", "Shop", "--open-types", "--type", "sale", "--owner", "me", "--file", more.toString());
        assertThat(last().body())
                .isEqualTo("{\"retention\":{\"hotDays\":9},\"name\":\"Shop\",\"owners\":[\"me\"],\"openTypes\":true,"
                        + "\"eventTypes\":[{\"name\":\"sale\"}]}");
        run("sources", "update", "shop", "--patch", "{\"description\": null}");
        assertThat(last().body()).isEqualTo("{\"description\":null}");
        runner.stdin("{\"type\": \"object\"}");
        run("sources", "put-type", "shop", "a/b", "--schema", "-");
        assertThat(last().body()).isEqualTo("{\"schema\":{\"type\":\"object\"}}");
        Run deleted = run("sources", "delete", "shop", "--purge", "-o", "json");
        assertThat(last().path()).endsWith("?purge=true");
        assertThat(deleted.out().strip()).isEqualTo("{\"id\":\"shop\",\"state\":\"removing\"}");
        run(
                "aggregations",
                "create",
                "r1",
                "--collection",
                "aggr_x",
                "--granularity",
                "hour",
                "--source",
                "shop",
                "--partition",
                "24",
                "--hot-days",
                "30",
                "--rollup-to",
                "day",
                "--unique",
                "user",
                "--exclude",
                "ip",
                "--no-realtime",
                "--backfill");
        assertThat(Json.MAPPER.readTree(last().body()))
                .isEqualTo(Json.MAPPER.readTree("{\"targetCollection\": \"aggr_x\", \"granularity\": \"hour\","
                        + " \"filter\": {\"sources\": [\"shop\"]}, \"partition\": {\"enabled\": true, \"length\": 24},"
                        + " \"retention\": {\"hotDays\": 30}, \"fields\": {\"exclude\": [\"ip\"]}, \"rollupTo\": [\"day\"],"
                        + " \"sketches\": {\"unique\": [\"user\"]}, \"realtime\": false, \"backfill\": true}"));
        assertThat(run("sources", "update", "shop", "--patch", "{").err()).contains("--patch is no JSON");
        assertThat(run("sources", "update", "shop").code()).isEqualTo(2);
    }

    @Test
    void problemsAreToldWithTheirDetails() {
        api.on(
                "POST /api/v1/reports",
                asked -> FakeApi.Answer.json(
                        422,
                        "{\"type\": \"urn:tallyworks:invalid\", \"title\": \"Invalid\", \"status\": 422, \"detail\": \"Two faults.\","
                                + " \"errors\": [{\"pointer\": \"/name\", \"code\": \"missing\", \"detail\": \"A name\\u001b[2J is needed.\"}]}"));

        Run run = run("reports", "create", "", "-o", "json");

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .containsExactly(
                        "tallyctl: Two faults. (422 invalid)", "  /name: A name\ufffd[2J is needed. (missing)");
    }

    @Test
    void whatMayHaveHappenedIsNotAskedTwice() {
        api.on(
                "POST /api/v1/reports",
                asked -> FakeApi.Answer.problem(503, "unavailable", "Not now.", "Retry-After: 1"));
        api.on("POST /api/v1/reports/r1/audits", asked -> FakeApi.Answer.problem(503, "unavailable", "Not now."));

        assertThat(run("reports", "create", "x").code()).isEqualTo(4);
        assertThat(api.asked("POST")).hasSize(1);
        assertThat(run(with(RANGE, "audit", "r1")).code()).isEqualTo(4);
        assertThat(api.asked("POST")).hasSizeGreaterThan(3);
    }

    @Test
    void tooManyRequestsWaitAsLongAsIsAsked() {
        AtomicInteger asked = new AtomicInteger();
        api.on(
                "POST /api/v1/reports",
                one -> asked.incrementAndGet() == 1
                        ? FakeApi.Answer.problem(429, "quota_exceeded", "Too fast.", "Retry-After: 3")
                        : FakeApi.Answer.json(201, "{\"id\": \"r9\"}"));

        assertThat(run("reports", "create", "x").code()).isZero();
        assertThat(runner.time().sleptMillis()).singleElement().matches(millis -> millis >= 3_000);
    }

    @Test
    void saysWhyItWaits() {
        AtomicInteger asked = new AtomicInteger();
        api.on(
                "GET /api/v1/queue",
                one -> asked.incrementAndGet() == 1
                        ? FakeApi.Answer.problem(503, "unavailable", "Not now.", "Retry-After: 2")
                        : FakeApi.Answer.json(200, QUEUE));

        assertThat(run("queue").err()).contains("the server answers 503, trying again in 2.");
    }

    @Test
    void aQuestionWithoutARangeAsksNothing() {
        assertThat(run("query", "r1").err()).contains("Give --start and --end, or --last");
        assertThat(run("top", "r1", "--by", "x").code()).isEqualTo(2);
        assertThat(api.asked()).isEmpty();
    }

    @Test
    void aPageThatIsNoJsonIsNoAnswer() {
        api.on("GET /api/v1/sources", asked -> new FakeApi.Answer(200, "text/html", "<html>", List.of()));

        Run run = run("sources", "list");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("no Tallyworks API");
    }

    @Test
    void settingsComeFromOptionThenVariableThenFile() throws IOException {
        api.on("GET /api/v1/workers", "{\"items\": [], \"nextCursor\": null}");
        Path config =
                Files.createDirectories(folder.resolve(".config/tallyctl")).resolve("config.properties");
        Files.writeString(config, "url = http://127.0.0.1:1\nkey = of-file\noutput = json\n");

        Run fromFile = new Run.Runner(folder).run("workers", "--retry-for", "0");
        assertThat(fromFile.code()).isEqualTo(4);
        assertThat(fromFile.err()).contains("nothing answers at http://127.0.0.1:1");
        assertThat(run("workers").out()).startsWith("{\"items\":[]");
        assertThat(last().header("Authorization")).isEqualTo("Bearer of-file");
        runner.with("TALLYCTL_KEY", "of-variable");
        run("workers");
        assertThat(last().header("Authorization")).isEqualTo("Bearer of-variable");
        run("--key", "of-option", "workers");
        assertThat(last().header("Authorization")).isEqualTo("Bearer of-option");
        run("workers", "--key", "after", "-o", "csv");
        assertThat(last().header("Authorization")).isEqualTo("Bearer after");

        Files.writeString(config, "ulr = x\n");
        assertThat(run("workers").err()).contains("unknown name 'ulr'");
        assertThat(run("workers").code()).isEqualTo(2);
        runner.with("TALLYCTL_CONFIG", folder.resolve("none").toString());
        assertThat(run("workers").err()).contains("can't read the config file");
    }

    @Test
    void settingsThatMakeNoSenseAreNamed() {
        assertThat(run("workers", "--url", "localhost:8080").err()).contains("--url must be a URL");
        assertThat(run("workers", "-o", "xml").err()).contains("--output must be one of [table, csv, json], not 'xml'");
        assertThat(run("workers", "--key", "two words").err()).contains("--key holds a blank");
        assertThat(run("workers", "--timeout", "0").err()).contains("--timeout");
        runner.with("TALLYCTL_URL", "ftp://x");
        assertThat(run("workers").err()).contains("TALLYCTL_URL must be a URL");
        assertThat(run("workers").code()).isEqualTo(2);
        assertThat(run("work").err()).contains("workers");
        assertThat(run("events").err()).contains("Missing required subcommand");
        assertThat(run("query", "r1", "--last", "1").code()).isEqualTo(2);
    }

    @Test
    void anAuditThatFindsDifferencesEndsSo() {
        api.on(
                "POST /api/v1/reports/r1/audits",
                "{\"aggregations\": [{\"aggregation\": \"a\", \"events\": 3, \"counted\": 3, \"difference\": 0, \"buckets\": []}]}");
        assertThat(run(with(RANGE, "audit", "r1")).code()).isZero();
        assertThat(last().body())
                .isEqualTo("{\"timeRange\":{\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2026-01-03T00:00:00Z\"}}");

        // Two that cancel each other out differ as well.
        api.on(
                "POST /api/v1/reports/r1/audits",
                "{\"aggregations\": [{\"aggregation\": \"a\", \"events\": 3, \"counted\": 3, \"difference\": 0, \"buckets\":"
                        + " [{\"timestamp\": \"t\", \"events\": 1, \"counted\": 2}]}]}");
        Run differs = run(with(RANGE, "audit", "r1"));
        assertThat(differs.code()).isEqualTo(5);
        assertThat(differs.err()).contains("a differs at t: 1 events, 2 counted");
        assertThat(run("audit", "r1").code()).isEqualTo(2);
    }

    @Test
    void aRebuildIsWaitedFor() throws IOException {
        AtomicInteger asked = new AtomicInteger();
        String[] states = {"waiting", "running", "done"};
        api.on(
                "POST /api/v1/reports/r1/rebuilds",
                one -> FakeApi.Answer.json(202, "{\"id\": \"b\", \"state\": \"waiting\"}"));
        api.on("GET /api/v1/reports/r1/rebuilds/b", one -> {
            int i = Math.min(2, asked.getAndIncrement());
            return FakeApi.Answer.json(
                    200,
                    "{\"id\": \"b\", \"state\": \"" + states[i] + "\", \"done\": " + 50 * i + ", \"total\": "
                            + (i == 0 ? 0 : 100) + "}");
        });

        Run run = run("rebuild", "r1", "--wait", "-o", "json", "--aggregation", "x");

        assertThat(run.code()).isZero();
        assertThat(Json.MAPPER.readTree(run.out()).path("state").asText()).isEqualTo("done");
        assertThat(run.err()).contains("rebuild: 50 %, running, 50 of 100 events");
        assertThat(api.asked("POST").get(0).body()).isEqualTo("{\"aggregations\":[\"x\"]}");

        states[2] = "failed";
        assertThat(run("rebuilds", "show", "r1", "b", "--wait").code()).isEqualTo(7);
    }

    @Test
    void deadLettersAreTriedAgainOneByOneOrByFilter() {
        String letter =
                "{\"id\": \"d 1\", \"source\": \"shop\", \"uuid\": \"u\", \"type\": \"sale\", \"reason\": \"poison\","
                        + " \"attempts\": 15, \"diedAt\": \"2026-01-01T00:00:00.000Z\"}";
        api.on("GET /api/v1/dead-letters", "{\"items\": [" + letter + "], \"nextCursor\": null}")
                .on(
                        "POST /api/v1/dead-letters/d%201/retry",
                        asked -> new FakeApi.Answer(202, "application/json", "", List.of()))
                .on(
                        "DELETE /api/v1/dead-letters/d%201",
                        asked -> new FakeApi.Answer(204, "application/json", "", List.of()))
                .on("POST /api/v1/dead-letters/retry", "{\"matched\": 7, \"done\": 0}")
                .on("POST /api/v1/dead-letters/discard", "{\"matched\": 7, \"done\": 5}");

        assertThat(run("dead-letters", "list", "--source", "shop", "--since", "2026-01-01")
                        .lines())
                .hasSize(2);
        assertThat(lastPath()).contains("source=shop&since=2026-01-01T00:00:00Z&limit=1000");
        assertThat(run("dead-letters", "retry", "d 1").code()).isZero();
        assertThat(run("dead-letters", "discard", "d 1", "-o", "json").out().strip())
                .isEqualTo("{\"id\":\"d 1\",\"state\":\"discarded\"}");
        assertThat(run("dead-letters", "retry", "--reason", "poison", "--dry-run")
                        .out())
                .contains("matched  7");
        assertThat(last().body()).isEqualTo("{\"reason\":\"poison\",\"dryRun\":true}");
        Run limited = run("dead-letters", "discard", "--all", "--limit", "5");
        assertThat(last().body()).isEqualTo("{\"limit\":5}");
        assertThat(limited.code()).isZero();
        assertThat(limited.err()).isEmpty();
        int before = api.asked().size();
        assertThat(run("dead-letters", "discard").code()).isEqualTo(2);
        assertThat(run("dead-letters", "discard", "d 1", "--all").code()).isEqualTo(2);
        assertThat(api.asked()).hasSize(before);
    }

    @Test
    void whatTheServerHadNoTimeForIsTold() {
        api.on("POST /api/v1/dead-letters/retry", "{\"matched\": 70000, \"done\": 42000}")
                .on("POST /api/v1/dead-letters/discard", "{\"matched\": 70000, \"done\": 70000}");

        Run some = run("dead-letters", "retry", "--all", "-o", "json");
        assertThat(some.code()).isEqualTo(8);
        assertThat(some.out().strip()).isEqualTo("{\"matched\":70000,\"done\":42000}");
        assertThat(some.err().strip())
                .isEqualTo("28,000 of 70,000 are left: give the same command again, it goes on with them");
        assertThat(run("dead-letters", "retry", "--all", "--limit", "50000").err())
                .startsWith("8,000 of 50,000 are left");
        assertThat(run("dead-letters", "retry", "--all", "--limit", "42000").code())
                .isZero();
        assertThat(run("dead-letters", "retry", "--all", "--dry-run").code()).isZero();
        assertThat(run("dead-letters", "discard", "--all").code()).isZero();
    }

    @Test
    void aTailShowsWhatComesOnce() {
        AtomicInteger asked = new AtomicInteger();
        api.on("GET /api/v1/sources/shop/events", one -> {
            int looks = asked.incrementAndGet();
            if (looks == 3) {
                return FakeApi.Answer.problem(404, "not_found", "There is no source 'shop'.");
            }
            StringBuilder items = new StringBuilder();
            for (int i = looks == 1 ? 4 : 6; i >= 0; i--) {
                items.append(items.isEmpty() ? "" : ",")
                        .append("{\"uuid\": \"e-" + i + "\", \"timestamp\": \"2026-01-01T00:00:00.00" + i
                                + "Z\", \"receivedAt\": \"2026-01-01T00:00:00.00" + i + "Z\", \"payload\": {\"n\": " + i
                                + "}}");
            }
            return FakeApi.Answer.json(200, "{\"items\": [" + items + "], \"nextCursor\": null}");
        });

        Run run = run("events", "tail", "-s", "shop", "-n", "2", "-o", "json");

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.lines())
                .extracting(line -> line.replaceAll(".*\"uuid\":\"([^\"]*)\".*", "$1"))
                .containsExactly("e-3", "e-4", "e-5", "e-6");
    }

    private void well() {
        api.on("GET /q/health/live", "{\"status\": \"UP\", \"checks\": []}")
                .on("GET /q/health/ready", "{\"status\": \"UP\", \"checks\": []}")
                .on("GET /q/openapi", "{\"openapi\": \"3.1.0\", \"info\": {\"version\": \"dev\"}}")
                .on("GET /api/v1/sources", "{\"items\": [], \"nextCursor\": null}")
                .on("GET /api/v1/workers", "{\"items\": [{\"id\": \"w\", \"version\": \"dev\"}], \"nextCursor\": null}")
                .on("GET /api/v1/queue", QUEUE);
    }

    private List<String> doctor(int code) throws IOException {
        Run run = run("doctor", "-o", "json");
        assertThat(run.code()).as(run.out()).isEqualTo(code);
        List<String> checks = new ArrayList<>();
        JsonNode answer = Json.MAPPER.readTree(run.out());
        assertThat(answer.path("healthy").asBoolean()).isEqualTo(code == 0);
        answer.path("checks").forEach(check -> {
            checks.add(check.path("check").asText() + " " + check.path("status").asText());
            boolean needsAHand =
                    List.of("warning", "failure").contains(check.path("status").asText());
            assertThat(check.path("remedy").asText().isEmpty()).isEqualTo(!needsAHand);
        });
        return checks;
    }

    @Test
    void theDoctorFindsNothingWhereAllIsWell() throws IOException {
        well();

        assertThat(doctor(0)).hasSize(8).allMatch(check -> check.endsWith(" ok"));
        assertThat(run("doctor").lines()).hasSize(8).allMatch(line -> line.startsWith("ok"));
    }

    @Test
    void theDoctorSaysWhatIsWrong() throws IOException {
        well();
        api.on("GET /q/openapi", "{\"info\": {\"version\": \"0.9\"}}");
        api.on(
                "GET /api/v1/queue",
                QUEUE.replace("\"paused\": false", "\"paused\": true").replace("\"dead\": 0", "\"dead\": 2"));
        assertThat(doctor(0)).contains("versions warning", "queue warning", "dead letters warning");
        api.on("GET /api/v1/queue", QUEUE.replace("0.250", "61.0"));
        assertThat(doctor(0)).contains("queue warning");
        api.on("GET /api/v1/workers", "{\"items\": [], \"nextCursor\": null}");
        assertThat(doctor(6)).contains("workers failure");
        well();
        api.on(
                "GET /q/health/ready",
                asked -> FakeApi.Answer.json(
                        503,
                        "{\"status\": \"DOWN\", \"checks\": [{\"name\": \"stores\", \"status\": \"DOWN\", \"data\": {\"redis\": \"away\"}}]}"));
        assertThat(doctor(6)).contains("readiness failure");
        assertThat(run("doctor").out()).contains("stores {\"redis\":\"away\"}").contains("→ look after the store");
    }

    @Test
    void theDoctorKnowsKeys() throws IOException {
        well();
        api.on("GET /api/v1/sources", asked -> FakeApi.Answer.problem(401, "unauthorized", "A key is needed."));
        assertThat(doctor(3)).contains("key failure", "queue skipped");
        well();
        api.on("GET /api/v1/queue", asked -> FakeApi.Answer.problem(403, "forbidden", "Needs scope admin."));
        assertThat(doctor(0)).contains("key ok", "workers skipped", "queue skipped");

        Path config =
                Files.createDirectories(folder.resolve(".config/tallyctl")).resolve("config.properties");
        Files.writeString(config, "key = secret\n");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(doctor(0)).contains("config warning");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
        assertThat(doctor(0)).contains("config ok");
        assertThat(run("doctor").out()).doesNotContain("secret");
    }

    @Test
    void theDoctorKnowsWhereNothingIs() throws IOException {
        api.on("GET /q/health/live", asked -> new FakeApi.Answer(200, "text/html", "<html>", List.of()));
        assertThat(doctor(4)).contains("url failure", "queue skipped");
        api.on("GET /q/health/live", "{\"status\": \"UP\", \"checks\": []}")
                .on("GET /q/health/ready", "{\"status\": \"UP\", \"checks\": []}");
        assertThat(doctor(6)).contains("key failure");
        assertThat(run("doctor").out()).contains("is it a worker's port?");
        api.close();
        assertThat(doctor(4)).contains("url failure");
    }
}

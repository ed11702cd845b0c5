package dev.tallyworks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code events send} against a server that follows the contract, and fails as it is told. */
class SendTest {
    private static final String EVENTS = "/api/v1/sources/shop/events";

    @TempDir
    Path folder;

    private final FakeSource source = new FakeSource();
    private FakeApi api;
    private Run.Runner runner;

    @BeforeEach
    void start() throws IOException {
        api = new FakeApi()
                .on("GET /api/v1/sources/shop", "{\"id\": \"shop\", \"createdAt\": \"2026-01-01T00:00:00.000Z\"}")
                .on("POST " + EVENTS, source);
        runner = new Run.Runner(folder).with("TALLYCTL_URL", api.url());
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String events(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"uuid\": \"e-" + i + "\", \"type\": \"sale\"}\n")
                .collect(Collectors.joining());
    }

    private Run send(Object file, String... more) {
        List<String> arguments = new ArrayList<>(List.of("events", "send", file.toString(), "-s", "shop"));
        arguments.addAll(List.of(more));
        return runner.run(arguments.toArray(String[]::new));
    }

    private List<JsonNode> rejects(Path file) throws IOException {
        List<JsonNode> rejects = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(file + ".rejects.ndjson"))) {
            rejects.add(Json.MAPPER.readTree(line));
        }
        return rejects;
    }

    private Path states() {
        return folder.resolve(".local/state/tallyctl");
    }

    @Test
    void sendsAllOnceAndSaysSo() throws IOException {
        Path file = file("a.ndjson", events(1_050));

        Run first = send(file, "--batch", "100");
        Run again = send(file, "-o", "json");

        assertThat(first.code()).isZero();
        assertThat(first.out()).isEmpty();
        assertThat(first.err()).contains("1,050 events: 1,050 accepted, 0 known before, 0 rejected");
        assertThat(source.uuids()).hasSize(1_050);
        assertThat(again.code()).isZero();
        assertThat(Json.MAPPER.readTree(again.out()).path("duplicates").asInt()).isEqualTo(1_050);
        assertThat(api.asked("POST"))
                .hasSize(11 + 3)
                .allMatch(asked -> asked.header("Content-type").equals("application/x-ndjson"))
                .allMatch(asked -> asked.header("User-agent").startsWith("tallyctl/"));
        assertThat(states()).isEmptyDirectory();
        assertThat(folder.resolve("a.ndjson.rejects.ndjson")).doesNotExist();
    }

    @Test
    void gzippedFilesAndStandardInputAreTheSame() throws IOException {
        Path packed = folder.resolve("a.ndjson.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            out.write(events(300).getBytes(StandardCharsets.UTF_8));
        }

        assertThat(send(packed).code()).isZero();
        assertThat(source.uuids()).hasSize(300);
        runner.stdin(events(310));
        Run piped = send("-", "-o", "json");
        assertThat(piped.code()).isZero();
        assertThat(Json.MAPPER.readTree(piped.out()).path("accepted").asInt()).isEqualTo(10);
    }

    @Test
    void standardInputIsTheSameAgainUnderAPrefix() {
        runner.stdin("{\"type\": \"sale\"}\n{\"type\": \"sale\"}\n");

        send("-", "--uuid-prefix", "day-1");
        send("-", "--uuid-prefix", "day-1");
        assertThat(source.uuids()).hasSize(2).allMatch(uuid -> uuid.startsWith("day-1-"));
        send("-");
        send("-");
        assertThat(source.uuids()).hasSize(6);
    }

    @Test
    void whatIsRefusedGoesToAFileWithItsLine() throws IOException {
        Path file = file(
                "a.ndjson",
                "{\"uuid\": \"1\", \"type\": \"sale\"}\n\n{\"uuid\": \"2\", \"type\": \"bad\"}\nno json\n"
                        + "{\"uuid\": \"3\", \"type\": \"broken\"}\n{\"uuid\": \"4\", \"type\": \"sale\"}\n");

        Run run = send(file);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .contains("5 events: 2 accepted, 0 known before, 3 rejected (see " + file + ".rejects.ndjson)");
        assertThat(source.uuids()).containsExactlyInAnyOrder("1", "4");
        List<JsonNode> rejects = rejects(file);
        assertThat(rejects).extracting(one -> one.path("line").asInt()).containsExactly(3, 4, 5);
        assertThat(rejects)
                .extracting(one -> one.path("code").asText())
                .containsExactly("unknown_event_type", "malformed_json", "bad_request");
        assertThat(rejects.get(0).path("detail").asText()).isEqualTo("/type: There is no type 'bad'.");
        assertThat(rejects.get(1).path("text").asText()).isEqualTo("no json");

        Files.writeString(file, events(2));
        assertThat(send(file).code()).isZero();
        assertThat(Path.of(file + ".rejects.ndjson")).doesNotExist();
    }

    @Test
    void allRefusedIsNoFailureOfTheServer() throws IOException {
        Path file = file("a.ndjson", "{\"uuid\": \"2\", \"type\": \"bad\"}\n");

        assertThat(send(file).code()).isEqualTo(1);
        assertThat(rejects(file)).hasSize(1);
    }

    @Test
    void waitsAsLongAsTheServerAsks() throws IOException {
        AtomicInteger posts = new AtomicInteger();
        source.before(asked -> posts.incrementAndGet() <= 3
                ? Optional.of(FakeApi.Answer.problem(503, "unavailable", "Not now.", "Retry-After: 7"))
                : Optional.empty());

        Run run = send(file("a.ndjson", events(10)), "--connections", "1");

        assertThat(run.code()).isZero();
        assertThat(runner.time().sleptMillis()).hasSize(3).allMatch(millis -> millis >= 7_000);
        // With a little at random, so that those who were refused together do not come back together.
        assertThat(run.err()).containsPattern("the server answers 503, trying again in [78]");
        assertThat(source.uuids()).hasSize(10);
    }

    @Test
    void anUnknownOutcomeIsSentAgainUnderTheSameUuids() throws IOException {
        AtomicInteger posts = new AtomicInteger();
        source.before(asked -> {
            if (posts.incrementAndGet() == 1) {
                source.before(other -> Optional.empty());
                source.to(asked);
                return Optional.of(FakeApi.Answer.json(0, ""));
            }
            return Optional.empty();
        });

        Run run = send(file("a.ndjson", "{\"type\": \"sale\"}\n{\"type\": \"sale\"}\n"), "-o", "json");

        assertThat(run.code()).isZero();
        assertThat(source.uuids()).hasSize(2);
        assertThat(Json.MAPPER.readTree(run.out()).path("duplicates").asInt()).isEqualTo(2);
    }

    /** From some event on the server can't, until {@link #serverIsBack}. */
    private void serverIsAwayFrom(String text) {
        source.before(asked -> asked.body().contains(text)
                ? Optional.of(FakeApi.Answer.problem(503, "unavailable", "Not now."))
                : Optional.empty());
    }

    private void serverIsBack() {
        source.before(asked -> Optional.empty());
    }

    @Test
    void givesUpAfterItsTimeAndGoesOnWhereItStopped() throws IOException {
        Path file = file(
                "a.ndjson",
                events(1_000) + "{\"uuid\": \"x\", \"type\": \"bad\"}\n"
                        + events(1_100).replace("e-", "f-"));
        serverIsAwayFrom("\"f-199\"");

        Run first = send(file, "--batch", "100", "--connections", "3", "--retry-for", "60");

        assertThat(first.code()).isEqualTo(4);
        assertThat(first.err())
                .contains("stopped: everything up to line 1,200 is taken; the same command goes on from there")
                .contains("Not now. (503 unavailable)");
        assertThat(states().toFile().list()).hasSize(1);
        assertThat(rejects(file)).hasSize(1);

        serverIsBack();
        Run second = send(file, "--batch", "100", "-o", "json");

        assertThat(second.code()).isEqualTo(1);
        assertThat(second.err()).contains("going on after line 1,200");
        JsonNode summary = Json.MAPPER.readTree(second.out());
        assertThat(summary.path("events").asInt()).isEqualTo(2_101);
        assertThat(summary.path("accepted").asInt() + summary.path("duplicates").asInt())
                .isEqualTo(2_100);
        assertThat(summary.path("rejected").asInt()).isEqualTo(1);
        assertThat(summary.path("resumedAfterLine").asInt()).isEqualTo(1_200);
        assertThat(source.uuids()).hasSize(2_100);
        assertThat(rejects(file)).hasSize(1);
        assertThat(states()).isEmptyDirectory();
    }

    @Test
    void anotherFileOfTheSameNameIsSentFromItsBeginning() throws IOException {
        stopAfterTwoHundred(file("a.ndjson", events(1_000)));

        Run run = send(file("a.ndjson", events(900).replace("sale", "sold")), "-o", "json");

        assertThat(run.err()).contains("not the one that was taken up to line 200: beginning anew");
        assertThat(Json.MAPPER.readTree(run.out()).path("events").asInt()).isEqualTo(900);
    }

    @Test
    void whatWasAddedToAFileIsSentToo() throws IOException {
        stopAfterTwoHundred(file("a.ndjson", events(1_000)));

        Run run = send(file("a.ndjson", events(1_500)), "-o", "json");

        assertThat(Json.MAPPER.readTree(run.out()).path("resumedAfterLine").asInt())
                .isEqualTo(200);
        assertThat(source.uuids()).hasSize(1_500);
    }

    @Test
    void aSourceThatWasMadeAnewHasNothingOfIt() throws IOException {
        Path file = file("a.ndjson", events(1_000));
        stopAfterTwoHundred(file);

        api.on("GET /api/v1/sources/shop", "{\"id\": \"shop\", \"createdAt\": \"2026-02-02T00:00:00.000Z\"}");
        Run run = send(file, "-o", "json");

        assertThat(Json.MAPPER.readTree(run.out()).path("resumedAfterLine").asInt())
                .isZero();
    }

    @Test
    void noResumeBeginsAtTheBeginning() throws IOException {
        Path file = file("a.ndjson", events(1_000));
        stopAfterTwoHundred(file);

        Run run = send(file, "--no-resume", "-o", "json");

        assertThat(Json.MAPPER.readTree(run.out()).path("events").asInt()).isEqualTo(1_000);
        assertThat(Json.MAPPER.readTree(run.out()).path("resumedAfterLine").asInt())
                .isZero();
        assertThat(Json.MAPPER.readTree(run.out()).path("duplicates").asInt()).isGreaterThanOrEqualTo(200);
        assertThat(source.uuids()).hasSize(1_000);
    }

    @Test
    void aCsvGoesOnToo() throws IOException {
        String rows = IntStream.range(0, 1_000).mapToObj(i -> i + ",\"a\nb\"\n").collect(Collectors.joining());
        Path file = file("a.csv", "n,text\n" + rows);
        serverIsAwayFrom("\"n\":300,");
        String[] options = {"--type", "sale", "--batch", "100", "--connections", "2"};

        assertThat(send(file, options).code()).isEqualTo(4);
        serverIsBack();
        Run second = send(file, options);

        assertThat(second.code()).isZero();
        assertThat(second.err()).contains("going on after line 601").contains("1,000 events: ");
        assertThat(source.events())
                .hasSize(1_000)
                .extracting(event -> event.path("payload").path("n").asInt())
                .doesNotHaveDuplicates();
    }

    private void stopAfterTwoHundred(Path file) {
        serverIsAwayFrom("\"e-200\"");
        assertThat(send(file, "--batch", "100", "--connections", "1", "--retry-for", "0")
                        .code())
                .isEqualTo(4);
        serverIsBack();
    }

    @Test
    void aClientThatMayOnlySendCan() throws IOException {
        api.on("GET /api/v1/sources/shop", asked -> FakeApi.Answer.problem(403, "forbidden", "Needs scope read."));

        assertThat(send(file("a.ndjson", events(3))).code()).isZero();
    }

    @Test
    void refusalsOfTheWholeStopIt() throws IOException {
        Path file = file("a.ndjson", events(3));
        source.before(asked -> Optional.of(FakeApi.Answer.problem(403, "forbidden", "Needs scope ingest.")));

        Run run = send(file);

        assertThat(run.code()).isEqualTo(3);
        assertThat(run.err()).contains("Needs scope ingest. (403 forbidden)");
        assertThat(runner.run("events", "send", file.toString(), "-s", "nope").code())
                .isEqualTo(3);
    }

    @Test
    void whatIsNoTallyworksHasTakenNothing() throws IOException {
        source.before(asked -> Optional.of(new FakeApi.Answer(200, "text/html", "<html>Welcome</html>", List.of())));

        Run run = send(file("a.ndjson", events(3)));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("is it a Tallyworks API?");
    }

    @Test
    void nothingThereIsUnavailable() throws IOException {
        Path file = file("a.ndjson", events(3));
        api.close();

        Run run = send(file, "--retry-for", "5");

        assertThat(run.code()).isEqualTo(4);
        assertThat(run.err()).contains("nothing answers at " + api.url());
        assertThat(runner.time().sleptMillis()).isNotEmpty();
    }

    @Test
    void aDryRunShowsWhatWouldBeSent() throws IOException {
        Run run = send(file("a.csv", "n\n1\n2,3\n"), "--type", "sale", "--dry-run");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.lines()).singleElement().asString().contains("\"type\":\"sale\",\"payload\":{\"n\":1}");
        assertThat(run.err()).contains("line 3: it has 2 cells, the first line 1 (malformed_csv)");
        assertThat(api.asked()).isEmpty();
    }

    @Test
    void aLastRowThatMayBeHalfOfOneIsTold() throws IOException {
        String told = "the last row, line 3, has no line end: it was read as a whole one.";

        Run sent = send(file("a.csv", "n\n1\n23"), "--type", "sale");
        assertThat(sent.code()).isZero();
        assertThat(sent.err()).contains(told, "2 events: 2 accepted");
        assertThat(send(file("a.csv", "n\n1\n23"), "--type", "sale", "--dry-run")
                        .err())
                .startsWith(told);
        runner.stdin("n\n1\n23");
        assertThat(send("-", "--format", "csv", "--type", "sale").err()).contains(told);

        assertThat(send(file("b.csv", "n\n1\n23\n"), "--type", "sale").err()).doesNotContain("line end");
        assertThat(send(file("c.csv", "n\r\n1\r\n23\r\n\r\n"), "--type", "sale").err())
                .doesNotContain("line end");
        assertThat(send(file("d.ndjson", events(2).strip())).err()).doesNotContain("line end");
    }

    @Test
    void mistakesOfTheCommandLineAreNamed() throws IOException {
        Path csv = file("a.csv", "n\n1\n");

        assertThat(send(folder.resolve("none")).err()).contains("there is none");
        assertThat(send(csv).err()).contains("--type");
        assertThat(send(csv, "--type", "a", "--delimiter", "ab").err()).contains("--delimiter");
        assertThat(send(csv, "--type", "a", "--batch", "0").err()).contains("--batch must be 1 to 5000");
        assertThat(send(csv, "--type", "a", "--connections", "0").err()).contains("--connections");
        assertThat(send(csv, "--type", "a", "--attribution", "=x").err()).contains("NAME=COLUMN");
        assertThat(send(csv, "--format", "xml").err()).contains("xml");
        assertThat(List.of(
                        send(folder.resolve("none")).code(),
                        send(csv).code(),
                        send(csv, "--type", "a", "--batch", "0").code(),
                        send(csv, "--format", "xml").code()))
                .containsOnly(2);
    }
}

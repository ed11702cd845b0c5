package dev.tallyworks.api.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.api.intake.EventReader.Format;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.EventDraft;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {
    private static final String GOOD = "{\"uuid\":\"good\",\"type\":\"t\"}";

    @Test
    void readsOneEvent() {
        String json = "{\"uuid\":\"u\",\"type\":\"sale\",\"timestamp\":\"2013-01-01T11:15:00.0019+01:00\",\"payload\":"
                + "{\"amount\":1.50,\"big\":1E2,\"ok\":true,\"none\":null,\"in\":{\"a.b\":[1,\"\"]}},"
                + "\"attributions\":[{\"type\":\"c\",\"value\":\"x\"},{\"value\":\"x\",\"type\":\"c\"}]}";

        PostedBody body = json("  " + json + "\n");

        assertThat(body.batch()).isFalse();
        EventDraft event = draft(body);
        assertThat(event.uuid()).isEqualTo("u");
        assertThat(event.timestampMillis())
                .isEqualTo(Instant.parse("2013-01-01T10:15:00.001Z").toEpochMilli());
        assertThat(event.payload())
                .containsEntry("amount", new BigDecimal("1.50"))
                .containsEntry("big", new BigDecimal("1E2"))
                .containsEntry("ok", true)
                .containsEntry("none", null)
                .containsEntry("in", Map.of("a.b", List.of(BigDecimal.ONE, "")));
        assertThat(event.attributions()).containsExactly(new Attribution("c", "x"));
        assertThat(event.sizeBytes()).isEqualTo(json.length());
    }

    @Test
    void whatMayBeAbsentIs() {
        EventDraft event = draft(json(GOOD));

        assertThat(event.timestampMillis()).isNull();
        assertThat(event.payload()).isEmpty();
        assertThat(event.attributions()).isEmpty();
    }

    @Test
    void anArrayIsABatchEvenWithOneEventOrNone() {
        assertThat(json("[" + GOOD + "]").batch()).isTrue();
        assertThat(json(" [ ]").batch()).isTrue();
        assertThat(json("[]").events()).isEmpty();
    }

    @Test
    void readsLines() {
        PostedBody body = read("\uFEFF" + GOOD + "\r\n\n" + GOOD + " \n7\n[]", Format.NDJSON);

        assertThat(body.batch()).isTrue();
        assertThat(body.events()).hasSize(4);
        assertThat(body.events().subList(0, 2)).allMatch(PostedEvent.Draft.class::isInstance);
        assertThat(((PostedEvent.Draft) body.events().get(1)).event().sizeBytes())
                .isEqualTo(GOOD.length());
        assertThat(body.events().subList(2, 4)).allMatch(PostedEvent.Refused.class::isInstance);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"uuid\":\"u\",\"type\":\"t\",\"payload\":{\"a\":NaN}}|line 1, column 42",
                "{\"uuid\":\"u\"|line 1, column 12",
                "{} x|line 1, column 4",
                "{} {}|line 1, column 4",
                "[{},]|line 1, column 5",
                "[{},%n {\"a\" 1}]|line 2, column 7",
                "[%n%n  {\"ä\":\"ä\",}]|line 3, column 12",
                "7|line 1, column 1",
                "\"text\"|line 1, column 1",
                "null|line 1, column 1",
                "{\"a\":01}|line 1, column 7",
                "{\"a\":\"\\x\"}|line 1, column 8",
                "{'a':1}|line 1, column 2",
                "{\"a\":1/*c*/}|line 1, column 7",
            })
    void saysWhereTheBodyIsNoJson(String body, String where) {
        assertThatThrownBy(() -> json(body.replace("%n", "\n")))
                .isInstanceOf(MalformedBody.class)
                .hasMessageEndingWith(where);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\n\t",
                "{",
                "[",
                "nul",
                "{\"a\":\"\u0001\"}",
                "\0{}",
                "{\0}",
                "\uFEFF",
                "{\"a\":\"\\u12g4\"}"
            })
    void refusesBodiesThatAreNoJson(String body) {
        assertThatThrownBy(() -> json(body)).isInstanceOf(MalformedBody.class).hasMessageContaining("line ");
    }

    @Test
    void oneBadLineIsEnough() {
        assertThatThrownBy(() -> read(GOOD + "\n\n" + GOOD + "\n  {]\n" + GOOD, Format.NDJSON))
                .isInstanceOf(MalformedBody.class)
                .hasMessageEndingWith("line 4, column 4");
        assertThatThrownBy(() -> read(GOOD + GOOD, Format.NDJSON))
                .isInstanceOf(MalformedBody.class)
                .hasMessageEndingWith("line 1, column " + (GOOD.length() + 1));
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        byte[][] malformed = {
            {'[', (byte) 0xC0, (byte) 0x80, ']'},
            {'[', '"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"', ']'},
            {'[', '"', (byte) 0xE4, '"', ']'},
            {'[', '"', (byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80, '"', ']'},
            "[]".getBytes(StandardCharsets.UTF_16),
            "[]".getBytes(StandardCharsets.UTF_16LE),
        };
        for (byte[] body : malformed) {
            assertThatThrownBy(() -> EventReader.read(body, Format.JSON)).isInstanceOf(MalformedBody.class);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7||''",
                "[]||''",
                "null||''",
                "{}||/uuid",
                "{'uuid':7,'type':'t'}||/uuid",
                "{'uuid':'','type':'t'}||/uuid",
                "{'uuid':null,'type':'t'}||/uuid",
                "{'uuid':'u'}|u|/type",
                "{'uuid':'u','type':''}|u|/type",
                "{'uuid':'u','type':['t']}|u|/type",
                "{'uuid':'u','type':'t','payload':[]}|u|/payload",
                "{'uuid':'u','type':'t','payload':null}|u|/payload",
                "{'uuid':'u','type':'t','timestamp':true}|u|/timestamp",
                "{'uuid':'u','type':'t','timestamp':''}|u|/timestamp",
                "{'uuid':'u','type':'t','timestamp':'2013-01-01T00:00:00'}|u|/timestamp",
                "{'uuid':'u','type':'t','timestamp':'2013-02-30T00:00:00Z'}|u|/timestamp",
                "{'uuid':'u','type':'t','timestamp':'0000-12-31T23:59:59Z'}|u|/timestamp",
                "{'uuid':'u','type':'t','timestamp':-62135596800001}|u|/timestamp",
                "{'uuid':'u','type':'t','timestamp':-1e300}|u|/timestamp",
                "{'uuid':'u','type':'t','attributions':{}}|u|/attributions",
                "{'uuid':'u','type':'t','attributions':[7]}|u|/attributions/0",
                "{'uuid':'u','type':'t','attributions':[{'type':'c','value':'x'},{'type':'c'}]}|u|/attributions/1/value",
                "{'uuid':'u','type':'t','attributions':[{'type':'','value':'x'}]}|u|/attributions/0/type",
                "{'uuid':'u','type':'t','attributions':[{'type':'_total','value':'x'}]}|u|/attributions/0/type",
                "{'uuid':'u','type':'t','attributions':[{'type':'c','value':'x','more':1}]}|u|/attributions/0/more",
                "{'uuid':'u','type':'t','a/~':1}|u|/a~1~0",
                "{'uuid':'u','type':'t','payload':{'n':1e99999}}|u|/payload/n",
                "{'uuid':'u','type':'t','payload':{'n':0e99999999999}}|u|/payload/n",
                "{'uuid':'u','type':'t','payload':{'n':1e6145}}|u|/payload/n",
                "{'uuid':'u','type':'t','payload':{'n':1e-6177}}|u|/payload/n",
                "{'uuid':'u','type':'t','payload':{'a':[{'n':12345678901234567890123456789012345}]}}|u|/payload/a/0/n",
                "{'uuid':'u','type':'t','payload':{'s':'\\ud800'}}|u|/payload/s",
                "{'uuid':'u','type':'t','payload':{'s':'\\udc00\\ud800'}}|u|/payload/s",
                "{'uuid':'\\ud800','type':'t'}||/uuid",
                "{'uuid':'u','type':'\\uDFFFx'}|u|/type",
                "{'uuid':'u','type':'t','payload':{'\\ud800':1}}|u|/payload/\uFFFD",
                "{'uuid':'u','type':'t','attributions':[{'type':'c','value':'\\ud800'}]}|u|/attributions/0/value",
            })
    void refusesTheEventAndReadsTheRest(String event, String uuid, String pointer) {
        PostedBody body = json("[" + GOOD + "," + event.replace('\'', '"') + "," + GOOD + "]");

        assertThat(body.events()).hasSize(3);
        assertThat(body.events().get(0)).isInstanceOf(PostedEvent.Draft.class);
        assertThat(body.events().get(2)).isInstanceOf(PostedEvent.Draft.class);
        PostedEvent.Refused refused = (PostedEvent.Refused) body.events().get(1);
        assertThat(refused.uuid()).isEqualTo(uuid);
        assertThat(refused.rejection().code()).isEqualTo(Rejection.Code.INVALID_EVENT);
        assertThat(refused.rejection().pointer()).isEqualTo(pointer);
    }

    @ParameterizedTest
    @CsvSource({
        "1e400, 1E+400",
        "9223372036854775808, 9223372036854775808",
        "-9223372036854775809, -9223372036854775809",
        "9999999999999999999999999999999999e6111, 9.999999999999999999999999999999999E+6144",
        "1e6144, 1.000000000000000000000000000000000E+6144",
        "1e-6176, 1E-6176",
        "-0, 0",
        "-0.0, 0.0",
        "100, 100",
        "1.50, 1.50",
    })
    void numbersKeepTheirDigits(String text, String kept) {
        PostedBody body = json("{\"uuid\":\"u\",\"type\":\"t\",\"payload\":{\"n\":" + text + "}}");

        assertThat(draft(body).payload().get("n")).hasToString(kept);
    }

    @ParameterizedTest
    @CsvSource({
        "'2013-01-01T10:15:00Z', 2013-01-01T10:15:00Z",
        "'2013-01-01t10:15z', 2013-01-01T10:15:00Z",
        "'2013-01-01T10:15:00.123456789012345+02:00', 2013-01-01T08:15:00.123Z",
        "'2013-01-01T10:15:00-0230', 2013-01-01T12:45:00Z",
        "'2013-01-01T10:15:00+02', 2013-01-01T08:15:00Z",
        "'1969-12-31T23:59:59.9999Z', 1969-12-31T23:59:59.999Z",
        "'0001-01-01T00:00:00Z', 0001-01-01T00:00:00Z",
        "'+12345-01-01T00:00:00Z', +12345-01-01T00:00:00Z",
    })
    void readsTimes(String text, Instant expected) {
        assertThat(EventTime.parse(text)).hasValue(expected.toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1.9, 1", "-0.1, -1", "1e3, 1000", "-62135596800000, -62135596800000"})
    void readsEpochMillis(BigDecimal millis, long expected) {
        assertThat(EventTime.ofMillis(millis)).hasValue(expected);
    }

    @Test
    void aTimeBeyondAllCalendarsIsInTheFuture() {
        assertThat(EventTime.ofMillis(new BigDecimal("1e300")).getAsLong())
                .isGreaterThan(System.currentTimeMillis() * 2);
    }

    @Test
    void ofANameGivenTwiceTheLastCounts() {
        EventDraft event = draft(
                json("{\"uuid\":7,\"uuid\":\"u\",\"type\":\"t\",\"payload\":{\"a\":1e99999,\"b\":2,\"a\":1},\"x\":1}"
                        .replace(",\"x\":1", "")));

        assertThat(event.uuid()).isEqualTo("u");
        assertThat(event.payload()).containsEntry("a", BigDecimal.ONE);
    }

    @Test
    void pairedSurrogatesAreACharacterHoweverTheyAreWritten() {
        EventDraft event = draft(
                json("{\"uuid\":\"\\ud83d\\ude00\",\"type\":\"t\",\"payload\":{\"\\uD83D\\uDE00\":\"\uD83D\uDE00\"}}"));

        assertThat(event.uuid()).isEqualTo("\uD83D\uDE00");
        assertThat(event.payload()).containsEntry("\uD83D\uDE00", "\uD83D\uDE00");
    }

    @Test
    void measuresBytesWhereEscapedSurrogatesAreSuspected() {
        String json = "{\"uuid\":\"äö€\\ud83d\\ude00\uD83D\uDE00\",\"type\":\"t\"}";
        PostedBody body = json("[\"ä\", " + json + "]");

        assertThat(((PostedEvent.Draft) body.events().get(1)).event().sizeBytes())
                .isEqualTo(json.getBytes(StandardCharsets.UTF_8).length);
        assertThatThrownBy(() -> json("[\"ä\\ud800\",\n \"ä\"}"))
                .isInstanceOf(MalformedBody.class)
                .hasMessageEndingWith("line 2, column 5");
    }

    @Test
    void oddNamesAndLongValuesAreFine() {
        String longName = "n".repeat(100_000);
        EventDraft event =
                draft(json("{\"uuid\":\"u\",\"type\":\"t\",\"payload\":{\"\":1,\".\":2,\"$\":3,\"\\u0000\":4,\""
                        + longName + "\":\"" + "v".repeat(10_000) + "\"}}"));

        assertThat(event.payload()).containsOnlyKeys("", ".", "$", "\0", longName);
    }

    @Test
    void countsDepthFromThePayload() {
        assertThat(json(nested(64)).events().get(0)).isInstanceOf(PostedEvent.Draft.class);
        PostedBody body = json("[" + nested(65) + "," + nested(100_000) + "," + nested(200_000) + "," + GOOD + "]");

        assertThat(refused(body, 0).rejection().code()).isEqualTo(Rejection.Code.INVALID_EVENT);
        assertThat(refused(body, 0).rejection().pointer())
                .startsWith("/payload/a/0/0/")
                .endsWith("/0");
        assertThat(refused(body, 1).rejection().code()).isEqualTo(Rejection.Code.INVALID_EVENT);
        assertThat(refused(body, 2).rejection().code()).isEqualTo(Rejection.Code.EVENT_TOO_LARGE);
        assertThat(body.events().get(3)).isInstanceOf(PostedEvent.Draft.class);
    }

    /** The payload is the first level, arrays the others. */
    private static String nested(int depth) {
        return "{\"uuid\":\"u\",\"type\":\"t\",\"payload\":{\"a\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1)
                + "}}";
    }

    @Test
    void aNumberOfManyDigitsCostsNoTime() {
        PostedBody body = json("{\"uuid\":\"u\",\"type\":\"t\",\"payload\":{\"n\":" + "9".repeat(200_000) + "}}");

        assertThat(refused(body, 0).rejection().pointer()).isEqualTo("/payload/n");
    }

    @Test
    void measuresEventsAndCountsAttributions() {
        String large = "{\"uuid\":\"u\",\"type\":\"t\",\"payload\":{\"a\":\"" + "x".repeat(256 << 10) + "\"}}";
        String many = "{\"uuid\":\"u\",\"type\":\"t\",\"attributions\":"
                + IntStream.range(0, 33)
                        .mapToObj(i -> "{\"type\":\"a\",\"value\":\"" + i + "\"}")
                        .collect(Collectors.joining(",", "[", "]"))
                + "}";
        PostedBody body = json("[" + large + "," + many + "," + GOOD + "]");

        assertThat(refused(body, 0).rejection().code()).isEqualTo(Rejection.Code.EVENT_TOO_LARGE);
        assertThat(refused(body, 0).uuid()).isEqualTo("u");
        assertThat(refused(body, 1).rejection().code()).isEqualTo(Rejection.Code.TOO_MANY_ATTRIBUTIONS);
        assertThat(body.events().get(2)).isInstanceOf(PostedEvent.Draft.class);
    }

    @Test
    void takesFiveThousandEventsAndNoMore() {
        String lines = (GOOD + "\n").repeat(5_000);

        assertThat(read(lines, Format.NDJSON).events()).hasSize(5_000);
        assertThatThrownBy(() -> read(lines + GOOD, Format.NDJSON)).isInstanceOf(BodyTooLarge.class);
        assertThatThrownBy(() -> json("[" + "7,".repeat(5_000) + "7]")).isInstanceOf(BodyTooLarge.class);
    }

    @Test
    void namesHaveAtMostSoManyCharacters() {
        assertThat(json("{\"uuid\":\"" + "\uD83D\uDE00".repeat(128) + "\",\"type\":\"" + "t".repeat(100) + "\"}")
                        .events()
                        .get(0))
                .isInstanceOf(PostedEvent.Draft.class);
        assertThat(refused(json("{\"uuid\":\"" + "u".repeat(129) + "\",\"type\":\"t\"}"), 0)
                        .rejection()
                        .pointer())
                .isEqualTo("/uuid");
        assertThat(refused(json("{\"uuid\":\"u\",\"type\":\"" + "t".repeat(101) + "\"}"), 0)
                        .rejection()
                        .pointer())
                .isEqualTo("/type");
    }

    private static PostedEvent.Refused refused(PostedBody body, int index) {
        assertThat(body.events().get(index)).isInstanceOf(PostedEvent.Refused.class);
        return (PostedEvent.Refused) body.events().get(index);
    }

    private static EventDraft draft(PostedBody body) {
        assertThat(body.events()).hasSize(1);
        assertThat(body.events().get(0)).isInstanceOf(PostedEvent.Draft.class);
        return ((PostedEvent.Draft) body.events().get(0)).event();
    }

    private static PostedBody json(String body) {
        return read(body, Format.JSON);
    }

    private static PostedBody read(String body, Format format) {
        return EventReader.read(body.getBytes(StandardCharsets.UTF_8), format);
    }
}

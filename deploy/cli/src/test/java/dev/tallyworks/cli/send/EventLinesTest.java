package dev.tallyworks.cli.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tallyworks.cli.command.UsageError;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventLinesTest {
    private static final Uuids UUIDS = new Uuids("file");
    private static final CsvTimes ISO = new CsvTimes(null, "UTC");

    private static Record record(String text) {
        return new Record(7, text.getBytes(StandardCharsets.UTF_8), "");
    }

    private static String event(EventLines lines, String text) {
        Line line = lines.read(record(text));
        assertThat(line).isInstanceOf(Line.Event.class);
        return new String(((Line.Event) line).json(), StandardCharsets.UTF_8);
    }

    private static Rejection rejection(EventLines lines, String text) {
        Line line = lines.read(record(text));
        assertThat(line).isInstanceOf(Line.Rejected.class);
        return ((Line.Rejected) line).rejection();
    }

    private static CsvEvents csv(CsvMapping mapping, String header) {
        return CsvEvents.of(mapping, UUIDS, record(header));
    }

    private static CsvMapping mapping(CsvTimes times, Map<String, String> attributions, Map<String, String> fields) {
        return new CsvMapping("id", "sale", null, "at", times, attributions, fields, Set.of("zip"), ',');
    }

    @Test
    void anEventWithAUuidIsLeftAsItIs() {
        String text = "{ \"type\":\"a\", \"uuid\" : \"1\", \"payload\":{\"n\":1.00000000000000000000000000000000}}";

        assertThat(event(new NdjsonEvents(UUIDS), text)).isEqualTo(text);
    }

    @Test
    void anEventWithoutOneGetsOneOfLineAndContent() {
        NdjsonEvents lines = new NdjsonEvents(UUIDS);
        String named = event(lines, " {\"type\":\"a\",\"payload\":{\"uuid\":1e400}}");

        assertThat(named)
                .matches(" \\{\"uuid\":\"file-7-[0-9a-f]{16}\",\"type\":\"a\",\"payload\":\\{\"uuid\":1e400}}");
        assertThat(event(lines, "{}")).matches("\\{\"uuid\":\"file-7-[0-9a-f]{16}\"}");
        assertThat(event(lines, " {\"type\":\"a\",\"payload\":{\"uuid\":1e400}}"))
                .isEqualTo(named);
        assertThat(event(lines, " {\"type\":\"b\",\"payload\":{\"uuid\":1e400}}")
                        .substring(0, 40))
                .isNotEqualTo(named.substring(0, 40));
    }

    @Test
    void whatIsNoEventIsRejected() {
        NdjsonEvents lines = new NdjsonEvents(UUIDS);

        for (String text :
                new String[] {"[]", "1", "{\"a\":", "{\"a\":1} {}", "{\"a\":01}", "{a:1}", "{\"a\":\"\\x\"}"}) {
            Rejection rejection = rejection(lines, text);
            assertThat(rejection.code()).isEqualTo("malformed_json");
            assertThat(rejection.line()).isEqualTo(7);
            assertThat(rejection.text()).isEqualTo(text);
        }
    }

    @Test
    void prefixesAreShortAndPlain() {
        Uuids odd = new Uuids("Umsätze \"März\"/" + "x".repeat(100));

        assertThat(odd.of(record("r"))).matches("[A-Za-z0-9._:-]+").hasSizeLessThan(128);
        assertThat(Uuids.ofFile("a.csv.gz").prefix())
                .isEqualTo(Uuids.ofFile("a.csv").prefix());
    }

    @Test
    void columnsBecomeFieldsOfTheirKind() {
        CsvEvents lines =
                csv(mapping(ISO, Map.of("customer", "who"), Map.of()), "id,at,who,amount,paid,zip,code,note,none");

        assertThat(event(lines, "o-1,2026-01-31T10:00:00Z,acme,19.90,true,10115,007,\"a \"\"b\"\",\nc\","))
                .isEqualTo("{\"uuid\":\"o-1\",\"type\":\"sale\",\"timestamp\":\"2026-01-31T10:00:00Z\",\"payload\":"
                        + "{\"amount\":19.90,\"paid\":true,\"zip\":\"10115\",\"code\":\"007\",\"note\":\"a \\\"b\\\",\\nc\"},"
                        + "\"attributions\":[{\"type\":\"customer\",\"value\":\"acme\"}]}");
    }

    @Test
    void onlyFieldsThatAreNamedIfAnyIs() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("total", "amount");
        fields.put("who", "who");
        CsvEvents lines = csv(mapping(ISO, Map.of("customer", "who"), fields), "id,at,who,amount,zip");

        assertThat(event(lines, ",,acme,-5e3,1"))
                .matches(
                        "\\{\"uuid\":\"file-7-[0-9a-f]{16}\",\"type\":\"sale\",\"payload\":\\{\"total\":-5e3,\"who\":\"acme\"},"
                                + "\"attributions\":\\[\\{\"type\":\"customer\",\"value\":\"acme\"}]}");
    }

    @Test
    void typesMayStandInAColumn() {
        CsvMapping mapping = new CsvMapping(null, null, "kind", null, ISO, Map.of(), Map.of(), Set.of(), '\t');

        assertThat(event(csv(mapping, "kind\tn"), "sale\t1")).contains("\"type\":\"sale\",\"payload\":{\"n\":1}");
    }

    @Test
    void timesAreReadAsTheyAreWritten() {
        assertThat(timestamp(ISO, "1767225600000")).isEqualTo("1767225600000");
        assertThat(timestamp(new CsvTimes("epoch-seconds", "UTC"), "1767225600.250"))
                .isEqualTo("1767225600250");
        assertThat(timestamp(new CsvTimes("dd.MM.yyyy HH:mm", "Europe/Berlin"), "01.07.2026 12:30"))
                .isEqualTo("\"2026-07-01T10:30:00Z\"");
        assertThat(timestamp(new CsvTimes("yyyy-MM-dd", "America/New_York"), "2026-01-01"))
                .isEqualTo("\"2026-01-01T05:00:00Z\"");
        assertThat(timestamp(new CsvTimes("yyyy-MM-dd HH:mm:ssXXX", "UTC"), "2026-01-01 00:00:00+02:00"))
                .isEqualTo("\"2025-12-31T22:00:00Z\"");
        CsvEvents german = csv(mapping(new CsvTimes("dd.MM.yyyy", "UTC"), Map.of(), Map.of()), "id,at,zip");
        assertThat(rejection(german, "1,2026-01-01,2").code()).isEqualTo("invalid_timestamp");
        assertThatThrownBy(() -> new CsvTimes("ho", "UTC")).isInstanceOf(UsageError.class);
        assertThatThrownBy(() -> new CsvTimes(null, "Nowhere")).isInstanceOf(UsageError.class);
    }

    private static String timestamp(CsvTimes times, String text) {
        String event = event(csv(mapping(times, Map.of(), Map.of()), "id,at,zip"), "1," + text + ",2");
        return event.replaceAll(".*\"timestamp\":([^,]*),.*", "$1");
    }

    @Test
    void rowsThatDoNotFitAreRejected() {
        CsvEvents lines = csv(mapping(ISO, Map.of(), Map.of()), "id,at,zip");

        assertThat(rejection(lines, "1,2").detail()).isEqualTo("it has 2 cells, the first line 3");
        assertThat(rejection(lines, "1,2,3,4").code()).isEqualTo("malformed_csv");
        Line latin = lines.read(new Record(1, new byte[] {'1', ',', ',', (byte) 0xe4}, ""));
        assertThat(((Line.Rejected) latin).rejection().detail()).contains("UTF-8");
    }

    @Test
    void aMappingThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> csv(mapping(ISO, Map.of("user", "who"), Map.of()), "id,at,zip"))
                .isInstanceOf(UsageError.class)
                .hasMessageContaining("no column 'who'")
                .hasMessageContaining("id, at, zip");
        assertThatThrownBy(() -> csv(mapping(ISO, Map.of(), Map.of()), "id,at,zip,id"))
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> CsvEvents.of(mapping(ISO, Map.of(), Map.of()), UUIDS, null))
                .hasMessageContaining("empty");
        assertThatThrownBy(() -> new CsvMapping(null, null, null, null, ISO, Map.of(), Map.of(), Set.of(), ','))
                .hasMessageContaining("--type");
    }
}

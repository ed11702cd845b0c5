package dev.tallyworks.api.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.query.NaiveQuestion.Dataset;
import dev.tallyworks.api.query.NaiveQuestion.Flat;
import dev.tallyworks.api.query.NaiveQuestion.Measure;
import dev.tallyworks.api.query.NaiveQuestion.Top;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Asks the product over HTTP, in one of the ways that there are, and reads its answers into rows like {@link NaiveTally}'s. */
final class RealTally {
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?(E[+-]?\\d+)?");
    private static final int PAGES_MAX = 100_000;

    private final String report;
    private final Random random;

    RealTally(String report, Random random) {
        this.report = report;
        this.random = random;
    }

    /**
     * What was answered.
     *
     * @param how it was asked
     * @param byUnit empty where the question was refused
     * @param rest of the answer, null where it was CSV
     */
    record Answer(
            String how,
            Map<String, List<Map<String, Object>>> byUnit,
            @Nullable JsonNode rest) {
        boolean isRefused() {
            return byUnit.isEmpty();
        }

        boolean isCsv() {
            return rest == null && !isRefused();
        }
    }

    Answer ask(NaiveQuestion asked) {
        ObjectNode body = asked.body();
        if (random.nextBoolean()) {
            ((ObjectNode) body.path("timeRange"))
                    .put("start", iso(asked.start()))
                    .put("end", iso(asked.end()));
        }
        boolean paged = asked.what() instanceof Dataset dataset && dataset.limit() != null;
        boolean csv = !paged && random.nextInt(5) == 0;
        String path = "/api/v1/reports/" + report + '/' + asked.what().path();
        Supplier<RequestSpecification> request = () -> given().accept(csv ? "text/csv" : "application/json");
        if (!areParameters(body) || random.nextInt(3) > 0) {
            return read(asked, csv, "POST " + path + ' ' + body, cursor -> request.get()
                    .contentType("application/json")
                    .body(with(body, cursor).toString().getBytes(StandardCharsets.UTF_8))
                    .post(path));
        }
        String parameters = parameters(body);
        return read(asked, csv, "GET " + path + '?' + parameters, cursor -> request.get()
                .urlEncodingEnabled(false)
                .get(path + '?' + parameters + (cursor == null ? "" : "&cursor=" + encoded(cursor))));
    }

    private interface Page {
        Response at(@Nullable String cursor);
    }

    private static ObjectNode with(ObjectNode body, @Nullable String cursor) {
        return cursor == null ? body : body.deepCopy().put("cursor", cursor);
    }

    private Answer read(NaiveQuestion asked, boolean csv, String how, Page page) {
        String told = how + (csv ? " as CSV" : "");
        Response first = page.at(null);
        if (first.statusCode() == 422) {
            return new Answer(told, Map.of(), null);
        }
        assertThat(first.statusCode()).as(told + ": " + first.asString()).isEqualTo(200);
        if (csv) {
            return new Answer(told, table(asked, first.asString()), null);
        }
        JsonNode answer = json(first.asString());
        Map<String, List<Map<String, Object>>> byUnit = new LinkedHashMap<>();
        asked.units().forEach(unit -> byUnit.put(unit, new ArrayList<>()));
        String cursor = addPage(asked, answer, byUnit, told);
        for (int pages = 0; cursor != null && pages < PAGES_MAX; pages++) {
            Response next = page.at(cursor);
            assertThat(next.statusCode())
                    .as(told + ", page " + (pages + 2) + ": " + next.asString())
                    .isEqualTo(200);
            cursor = addPage(asked, json(next.asString()), byUnit, told);
        }
        return new Answer(told, byUnit, answer);
    }

    /** Gives the cursor of the next page, or null. */
    private static @Nullable String addPage(
            NaiveQuestion asked, JsonNode page, Map<String, List<Map<String, Object>>> byUnit, String told) {
        String cursor = null;
        for (String unit : asked.units()) {
            JsonNode part = asked.several() ? page.path("byGranularity").path(unit) : page;
            byUnit.get(unit).addAll(rows(asked, part, told));
            cursor = part.hasNonNull("nextCursor") ? part.path("nextCursor").textValue() : cursor;
        }
        return cursor;
    }

    private String iso(long millis) {
        Instant instant = Instant.ofEpochMilli(millis);
        return random.nextBoolean()
                ? instant.toString()
                : instant.atOffset(ZoneOffset.ofHoursMinutes(-3, -30)).toString();
    }

    static JsonNode json(String text) {
        try {
            return JsonBody.JSON.readTree(text);
        } catch (JsonProcessingException noJson) {
            throw new AssertionError(text, noJson);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Whether it can be said in parameters, whose lists have commas between their elements. */
    private static boolean areParameters(ObjectNode body) {
        return body.properties().stream()
                .map(Map.Entry::getValue)
                .filter(JsonNode::isArray)
                .allMatch(list -> texts(list).noneMatch(text -> text.isEmpty() || text.contains(","))
                        && (list != body.path("granularity") || list.size() > 1));
    }

    private static Stream<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false).map(JsonNode::textValue);
    }

    private static String parameters(ObjectNode body) {
        Map<String, String> parameters = new LinkedHashMap<>();
        body.properties().forEach(member -> {
            JsonNode value = member.getValue();
            switch (member.getKey()) {
                case "timeRange" ->
                    value.properties()
                            .forEach(bound -> parameters.put(
                                    bound.getKey(), bound.getValue().asText()));
                case "metric" -> {
                    List<String> parts = new ArrayList<>();
                    value.properties().forEach(part -> {
                        if (part.getKey().equals("p")) {
                            parameters.put("p", part.getValue().asText());
                        } else {
                            parts.add(part.getValue().asText());
                        }
                    });
                    parameters.put("metric", String.join(":", parts));
                }
                case "attribution" ->
                    parameters.put(
                            "attribution",
                            value.path("type").textValue()
                                    + ':'
                                    + value.path("value").textValue());
                default ->
                    parameters.put(
                            member.getKey(),
                            value.isArray()
                                    ? String.join(",", texts(value).toList())
                                    : value.isObject() ? value.toString() : value.asText());
            }
        });
        return String.join(
                "&",
                parameters.entrySet().stream()
                        .map(parameter -> parameter.getKey() + '=' + encoded(parameter.getValue()))
                        .toList());
    }

    private static List<Map<String, Object>> rows(NaiveQuestion asked, JsonNode part, String told) {
        String name = asked.what() instanceof Measure ? "points" : asked.what() instanceof Top ? "items" : "rows";
        assertThat(part.has(name)).as(told).isTrue();
        List<Map<String, Object>> rows = new ArrayList<>();
        part.path(name).forEach(row -> rows.add(row(row)));
        if (asked.what() instanceof Flat flat) {
            parentsFirst(flat, part.path(name), rows, told);
        }
        if (asked.what() instanceof Dataset) {
            rows.forEach(
                    row -> row.computeIfPresent(NaiveTally.FLAGS, (column, flags) -> inTime((List<?>) flags, told)));
        }
        return rows;
    }

    private static Map<String, Object> row(JsonNode json) {
        Map<String, Object> row = new TreeMap<>();
        json.properties().forEach(column -> row.put(column.getKey(), value(column.getValue())));
        return row;
    }

    private static @Nullable Object value(JsonNode value) {
        if (value.isNumber()) {
            return NaiveTally.canonical(value.decimalValue());
        }
        if (value instanceof ArrayNode list) {
            List<Object> values = new ArrayList<>();
            list.forEach(element -> values.add(element.isObject() ? row(element) : value(element)));
            return values;
        }
        return value.isBoolean() ? (Object) value.booleanValue() : value.textValue();
    }

    @SuppressWarnings("unchecked") // rows are nested in rows only
    private static List<Map<String, Object>> inTime(List<?> flags, String told) {
        List<Map<String, Object>> rows = (List<Map<String, Object>>) flags;
        assertThat(rows)
                .as(told)
                .extracting(flag -> flag.get(NaiveTally.TIMESTAMP).toString())
                .isSorted();
        return NaiveTally.sorted(rows);
    }

    /** Ids are known to the product alone: they are held against the paths that the rows stand for, and taken away. */
    private static void parentsFirst(Flat flat, JsonNode json, List<Map<String, Object>> rows, String told) {
        Map<String, List<String>> pathById = new HashMap<>();
        boolean sorted = flat.sort() != null;
        List<List<String>> paths = new ArrayList<>();
        for (JsonNode row : json) {
            List<String> path = new ArrayList<>();
            flat.groupBy().stream()
                    .filter(field -> !row.path(field).isNull())
                    .forEach(field -> path.add(row.path(field).textValue()));
            paths.add(path);
        }
        for (int i = 0; i < paths.size(); i++) {
            if (sorted) {
                pathById.put(json.get(i).path("id").textValue(), paths.get(i));
            }
        }
        for (int i = 0; i < paths.size(); i++) {
            List<String> path = paths.get(i);
            List<List<String>> parents = new ArrayList<>();
            json.get(i).path("parentIds").forEach(id -> parents.add(pathById.get(id.textValue())));
            for (int level = 0; level < parents.size(); level++) {
                assertThat(parents.get(level)).as(told).isEqualTo(path.subList(0, level + 1));
            }
            assertThat(parents).as(told).hasSize(path.size() - 1);
            pathById.put(json.get(i).path("id").textValue(), path);
        }
        assertThat(pathById).as(told).hasSameSizeAs(rows);
        rows.forEach(row -> row.keySet().removeAll(List.of("id", "parentIds")));
    }

    /** Reads RFC 4180; of a cell that is empty nothing is left. */
    private static Map<String, List<Map<String, Object>>> table(NaiveQuestion asked, String csv) {
        List<List<String>> lines = lines(csv);
        List<String> header = lines.remove(0);
        Map<String, List<Map<String, Object>>> byUnit = new LinkedHashMap<>();
        asked.units().forEach(unit -> byUnit.put(unit, new ArrayList<>()));
        for (List<String> line : lines) {
            assertThat(line).as(csv).hasSameSizeAs(header);
            Map<String, Object> row = new TreeMap<>();
            for (int i = 0; i < header.size(); i++) {
                if (!line.get(i).isEmpty()) {
                    assertThat(row.put(header.get(i), cell(line.get(i))))
                            .as(csv)
                            .isNull();
                }
            }
            row.keySet().removeAll(List.of("id", "parentIds"));
            byUnit.get(
                            asked.several()
                                    ? (String) row.remove("granularity")
                                    : asked.units().get(0))
                    .add(row);
        }
        return byUnit;
    }

    /** No text is asked for that looks like a number. */
    private static Object cell(String cell) {
        return NUMBER.matcher(cell).matches() ? NaiveTally.canonical(new BigDecimal(cell)) : cell;
    }

    private static List<List<String>> lines(String csv) {
        List<List<String>> lines = new ArrayList<>();
        List<String> line = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < csv.length(); i++) {
            char c = csv.charAt(i);
            if (quoted && c == '"' && csv.startsWith("\"\"", i)) {
                cell.append('"');
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == ',' || c == '\r')) {
                line.add(cell.toString());
                cell.setLength(0);
                if (c == '\r') {
                    assertThat(csv.charAt(++i)).isEqualTo('\n');
                    lines.add(line);
                    line = new ArrayList<>();
                }
            } else {
                cell.append(c);
            }
        }
        assertThat(line).as(csv).isEmpty();
        return lines;
    }
}

package dev.tallyworks.api.query;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Datasets, groups and flat groups. */
@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class RowsHttpTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DAY = "'timeRange': {'start': '2024-01-01T00:00:00Z', 'end': '2024-01-02T00:00:00Z'}";
    private static final String DAY_PARAMETERS = "&start=2024-01-01T00:00:00Z&end=2024-01-02T00:00:00Z";

    @Inject
    CountedHere counted;

    private final String shop =
            "r" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private String report = "";

    @BeforeEach
    void defineReport() {
        report = report(shop);
    }

    private static String report(String source) {
        post("/sources", "{'name': '" + source + "', 'openTypes': true}").statusCode(201);
        return post(
                        "/reports",
                        "{'name': 'r', 'aggregations': [{'targetCollection': 'aggr_" + source
                                + "', 'granularity': 'minute', 'filter': {'sources': ['" + source + "']}}]}")
                .statusCode(201)
                .extract()
                .path("id");
    }

    private static ValidatableResponse post(String path, String body) {
        return given().contentType("application/json")
                .body(body.replace('\'', '"'))
                .post("/api/v1" + path)
                .then();
    }

    private ValidatableResponse ask(String question, String members) {
        return post("/reports/" + report + '/' + question, "{" + members + "}");
    }

    /** @param parameters not yet encoded */
    private ValidatableResponse get(String question, String parameters) {
        Map<String, String> byName = new HashMap<>();
        for (String parameter : parameters.split("&")) {
            int is = parameter.indexOf('=');
            byName.put(parameter.substring(0, is), parameter.substring(is + 1));
        }
        return given().queryParams(byName)
                .get("/api/v1/reports/" + report + '/' + question)
                .then();
    }

    private static ObjectNode event(String type, String time) {
        ObjectNode event = JSON.createObjectNode()
                .put("uuid", UUID.randomUUID().toString())
                .put("type", type)
                .put("timestamp", time);
        event.putObject("payload");
        return event;
    }

    private void sale(String type, String time, Object... fields) {
        ObjectNode event = event(type, time);
        for (int i = 0; i < fields.length; i += 2) {
            ((ObjectNode) event.get("payload")).set((String) fields[i], JSON.valueToTree(fields[i + 1]));
        }
        event.putArray("attributions").addObject().put("type", "till").put("value", "t1");
        record(List.of(event));
    }

    private void record(List<ObjectNode> events) {
        ArrayNode all = JSON.createArrayNode().addAll(events);
        given().contentType("application/json")
                .body(all.toString())
                .post("/api/v1/sources/" + shop + "/events")
                .then()
                .statusCode(200)
                .body("accepted", equalTo(events.size()));
    }

    private void sales() {
        sale("sale", "2024-01-01T10:05:00Z", "amount", 10.5, "items", 2, "currency", "EUR", "paid", true);
        sale("sale", "2024-01-01T10:45:00Z", "amount", 1.25, "currency", "USD", "paid", false);
        sale("refund", "2024-01-01T10:50:00Z", "amount", -0.75, "currency", "EUR");
        sale("sale", "2024-01-01T12:00:00Z", "amount", 4, "currency", "EUR", "country", "DE");
        counted.count(shop);
    }

    @Test
    void aDatasetHasARowAUnitAndAColumnANumber() {
        sales();
        ask("dataset", DAY + ", 'granularity': 'hour'")
                .statusCode(200)
                .body("rows", hasSize(2))
                .body("rows[0].timestamp", equalTo("2024-01-01T10:00:00.000Z"))
                .body("rows[0].sale_count", equalTo(2))
                .body("rows[0].refund_count", equalTo(1))
                .body("rows[0].amount_sum", equalTo(11))
                .body("rows[0].items_sum", equalTo(2))
                .body("rows[0].currency_by_EUR", equalTo(2))
                .body("rows[0].currency_by_USD", equalTo(1))
                .body("rows[0].paid_by_true", equalTo(1))
                .body("rows[0].amount_sum_by_currency_EUR", equalTo(9.75f))
                .body("rows[0].items_sum_by_currency_EUR", equalTo(2))
                .body("rows[0].'$boolean_groups'.value", contains(true, false))
                .body("rows[0].'$boolean_groups'.name", contains("paid", "paid"))
                .body("rows[0].'$boolean_groups'[1].timestamp", equalTo("2024-01-01T10:45:00.000Z"))
                .body("rows[1].sale_count", equalTo(1))
                .body("rows[1]", not(hasKey("refund_count")))
                .body("rows[1].country_by_DE", equalTo(1))
                .body("rows[1].'$boolean_groups'", hasSize(0))
                .body("nextCursor", nullValue())
                .body("$", hasKey("nextCursor"))
                .body("mode", equalTo("combined"))
                .body("partial", equalTo(false))
                .body("truncatedValues", equalTo(0));
        ask("dataset", DAY + ", 'granularity': 'hour', 'metrics': ['amount', 'sale_count']")
                .body("rows[0].amount_sum", equalTo(11))
                .body("rows[0].sale_count", equalTo(2))
                .body("rows[0]", not(hasKey("items_sum")))
                .body("rows[0]", not(hasKey("currency_by_EUR")))
                .body("rows[0]", not(hasKey("amount_sum_by_currency_EUR")))
                .body("rows[0].'$boolean_groups'", hasSize(2));
        ask("dataset", DAY + ", 'granularity': ['hour', 'day'], 'eventTypes': ['refund']")
                .body("byGranularity.hour.rows", hasSize(1))
                .body("byGranularity.day.rows[0].amount_sum", equalTo(-0.75f))
                .body("byGranularity.day", hasKey("nextCursor"))
                .body("$", not(hasKey("rows")));
    }

    @Test
    void datasetsComputeFilterSortAndPage() {
        sales();
        String question = DAY + ", 'granularity': 'hour', 'compute': {'average': 'amount_sum / sale_count', 'twice':"
                + " 'average * 2', 'none': 'missing / 2', 'zero': '1 / 0'}";
        ask("dataset", question)
                .statusCode(200)
                .body("rows.average", contains(5.5f, 4))
                .body("rows.twice", contains(11, 8))
                .body("rows[0]", hasKey("none"))
                .body("rows[0].none", nullValue())
                .body("rows[1].zero", nullValue());
        ask("dataset", question + ", 'where': 'average > 5'").body("rows", hasSize(1));
        ask("dataset", question + ", 'where': 'refund_count > 0 or average < 5'")
                .body("rows", hasSize(2));
        ask("dataset", question + ", 'sortBy': 'average'").body("rows.average", contains(4, 5.5f));
        ask("dataset", question + ", 'sortBy': 'refund_count', 'sortDirection': 'desc'")
                .body("rows.sale_count", contains(2, 1));
        ask("dataset", question + ", 'sortBy': 'refund_count'").body("rows.sale_count", contains(2, 1));
        String paged = question + ", 'sortBy': 'average', 'limit': 1";
        String cursor = ask("dataset", paged)
                .body("rows.average", contains(4))
                .body("nextCursor", notNullValue())
                .extract()
                .path("nextCursor");
        ask("dataset", paged + ", 'cursor': '" + cursor + "'")
                .body("rows.average", contains(5.5f))
                .body("nextCursor", nullValue());
        ask("dataset", question + ", 'limit': 2, 'cursor': '" + cursor + "'")
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/cursor"));
        ask(
                        "dataset",
                        DAY + ", 'granularity': '6hour', 'fill': 'zero', 'metrics': ['amount'], 'compute': {'c':"
                                + " 'amount_sum + 1'}")
                .body("rows", hasSize(4))
                .body("rows.amount_sum", contains(0, 11, 4, 0))
                .body("rows.refund_count", contains(0, 1, 0, 0))
                .body("rows.c", contains(1, 12, 5, 1));
    }

    @Test
    void aFieldNamedLikeASumStaysAFieldInEveryLevel() {
        sale("sale", "2024-01-01T10:05:00Z", "amount", 10.5, "currency", "EUR", "amount_sum", "x");
        counted.count(shop);
        ask("groups/flat", DAY + ", 'metrics': ['amount'], 'groupBy': ['currency', 'amount_sum']")
                .statusCode(200)
                .body("rows.amount_sum", contains(nullValue(), equalTo("x")))
                .body("rows.count", contains(1, 1));
    }

    @Test
    void aPageFollowsWhateverTheOrderOfMembersAndParameters() {
        sales();
        String members = "'granularity': 'hour', 'limit': 1";
        String next =
                ask("dataset", DAY + ", " + members).statusCode(200).extract().path("nextCursor");
        ask("dataset", members + ", 'cursor': '" + next + "', " + DAY)
                .statusCode(200)
                .body("rows.sale_count", contains(1));
        // As many as a hash table of them has places for: one more turns their order.
        String parameters =
                "granularity=hour&limit=1&timezone=UTC&mode=combined&fill=none&eventTypes=sale,refund&sources=" + shop
                        + "&attribution=till:t1&metrics=amount&where=sale_count > 0" + DAY_PARAMETERS;
        String cursor = get("dataset", parameters).statusCode(200).extract().path("nextCursor");
        get("dataset", parameters + "&cursor=" + cursor)
                .statusCode(200)
                .body("rows.sale_count", contains(1))
                .body("nextCursor", nullValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "dataset|'compute': {'a/b': '1 +'}|422|/compute/a~1b",
                "dataset|'compute': {'a': 1}|422|/compute/a",
                "dataset|'compute': 1|400|/compute",
                "dataset|'where': 'FACT(9)'|422|/where",
                "dataset|'sortDirection': 'up'|422|/sortDirection",
                "dataset|'limit': 0|422|/limit",
                "dataset|'cursor': 'x'|422|/cursor",
                "dataset|'groupBy': ['a']|400|/groupBy",
                "groups|'metrics': ['a']|422|/groupBy",
                "groups|'groupBy': []|422|/groupBy",
                "groups/flat|'groupBy': ['a']|422|/metrics",
                "groups/flat|'groupBy': ['a'], 'metrics': ['a', 'b']|422|/metrics",
            })
    void refusesWhatMakesNoSense(String question, String members, int status, String pointer) {
        ask(question, DAY + ", 'granularity': 'hour', " + members)
                .statusCode(status)
                .contentType("application/problem+json")
                .body("errors[0].pointer", equalTo(pointer));
    }

    @Test
    void parametersAskTheSame() {
        sales();
        String where = "&where=sale_count > 1&compute={\"x\":\"amount_sum * 2\"}&sortBy=x&limit=5";
        get("dataset", "granularity=hour&metrics=amount,currency" + where + DAY_PARAMETERS)
                .body("detail", nullValue())
                .body("rows", hasSize(1))
                .body("rows[0].x", equalTo(22));
        get("groups", "granularity=hour&metrics=amount&groupBy=currency,paid" + DAY_PARAMETERS)
                .statusCode(200)
                .body("rows[0].group_by_currency", hasSize(2));
        get("groups/flat", "metrics=amount&groupBy=currency,country" + DAY_PARAMETERS)
                .statusCode(200)
                .body("rows", hasSize(3));
        get("groups/flat", "metrics=amount&groupBy=currency&limit=3" + DAY_PARAMETERS)
                .statusCode(400)
                .body("errors[0].detail", containsString("limit"));
        get("dataset", "granularity=hour&compute=x" + DAY_PARAMETERS).statusCode(422);
    }

    @Test
    void datasetsOfHostileNamesAreQuotedInCsvAndComputedByBackticks() {
        sale("sale", "2024-01-01T10:05:00Z", "a,b", 3, "say \"x\"", "1,2");
        sale("sale", "2024-01-01T11:05:00Z", "a,b", 4);
        counted.count(shop);
        String compute = "{\"twice,\":\"`a,b_sum` * 2\"}";
        assertThat(given().header("Accept", "text/csv")
                        .queryParam("granularity", "hour")
                        .queryParam("compute", compute)
                        .queryParam("where", "`a,b_sum` > 2")
                        .queryParam("start", "2024-01-01T00:00:00Z")
                        .queryParam("end", "2024-01-02T00:00:00Z")
                        .get("/api/v1/reports/" + report + "/dataset")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString())
                .isEqualTo("""
                        timestamp,sale_count,"a,b_sum","say ""x""_by_1,2","a,b_sum_by_say ""x""_1,2","twice,"
                        2024-01-01T10:00:00.000Z,1,3,1,3,6
                        2024-01-01T11:00:00.000Z,1,4,,,8
                        """.replace("\n", "\r\n"));
    }

    @Test
    void storedColumnsStayBesideComputedOnesOfTheirName() {
        sales();
        ask("dataset", DAY + ", 'granularity': 'hour', 'compute': {'amount_sum': '0', 'timestamp': '1'}")
                .statusCode(200)
                .body("rows.amount_sum", contains(11, 4))
                .body("rows[0].timestamp", equalTo("2024-01-01T10:00:00.000Z"));
    }

    @Test
    void rowsOfADatasetThatCantBeComputedDoNotHurt() {
        sales();
        ask(
                        "dataset",
                        DAY + ", 'granularity': 'hour', 'compute': {'huge': 'ROUND(amount_sum, 2147483647)'},"
                                + " 'sortBy': 'no such column', 'sortDirection': 'desc'")
                .statusCode(200)
                .body("rows.amount_sum", contains(11, 4))
                .body("rows.huge", contains(nullValue(), nullValue()));
        ask("dataset", DAY + ", 'granularity': 'hour', 'where': 'ROUND(1, 2147483647) > 0'")
                .statusCode(200)
                .body("rows", hasSize(0));
    }

    @Test
    void groupsBreakTotalsDown() {
        sales();
        ask("groups", DAY + ", 'granularity': 'hour', 'metrics': ['amount'], 'groupBy': ['currency', 'country']")
                .statusCode(200)
                .body("rows", hasSize(2))
                .body("rows[0].amount_sum", equalTo(11))
                .body("rows[0].sale_count", equalTo(2))
                .body("rows[0].group_by_currency.name", contains("EUR", "USD"))
                .body("rows[0].group_by_currency.amount_sum", contains(9.75f, 1.25f))
                .body("rows[0].group_by_currency[0].sale_count", equalTo(1))
                .body("rows[0].group_by_currency[0].refund_count", equalTo(1))
                .body("rows[0].group_by_currency[1]", not(hasKey("refund_count")))
                .body("rows[0].group_by_country", hasSize(0))
                .body("rows[1].group_by_country.name", contains("DE"))
                .body("rows[0]", not(hasKey("items_sum")))
                .body("$", not(hasKey("nextCursor")));
        ask("groups", DAY + ", 'granularity': 'hour', 'groupBy': ['currency'], 'sortBy': 'amount_sum'")
                .body("rows.amount_sum", contains(4, 11))
                .body("rows[1].items_sum", equalTo(2));
        assertThat(csv("groups", "granularity=day&metrics=amount&groupBy=currency,country" + DAY_PARAMETERS))
                .isEqualTo("""
                        timestamp,group_by,name,amount_sum,refund_count,sale_count
                        2024-01-01T00:00:00.000Z,currency,EUR,13.75,1,2
                        2024-01-01T00:00:00.000Z,currency,USD,1.25,,1
                        2024-01-01T00:00:00.000Z,country,DE,4,,1
                        """.replace("\n", "\r\n"));
    }

    @Test
    void flatGroupsHaveARowForEveryLevel() {
        sales();
        ask("groups/flat", DAY + ", 'metrics': ['amount'], 'groupBy': ['currency', 'country', 'paid']")
                .statusCode(200)
                .body("rows.id", contains("currency=EUR", "currency=EUR/country=DE", "currency=USD"))
                .body("rows.level", contains(0, 1, 0))
                .body("rows[1].parentIds", contains("currency=EUR"))
                .body("rows[0].parentIds", hasSize(0))
                .body("rows.amount_sum", contains(13.75f, 4, 1.25f))
                .body("rows.count", contains(3, 1, 1))
                .body("rows.country", contains(null, "DE", null))
                .body("rows[1].paid", nullValue())
                .body("rows[1]", hasKey("paid"));
        ask("groups/flat", DAY + ", 'metrics': ['items'], 'groupBy': ['currency'], 'sortBy': 'count'")
                .body("rows.currency", contains("USD", "EUR"))
                .body("rows[0]", not(hasKey("items_sum")))
                .body("rows[1].items_sum", equalTo(2));
        assertThat(csv("groups/flat", "metrics=amount&groupBy=currency,country" + DAY_PARAMETERS))
                .isEqualTo("""
                        id,parentIds,level,currency,country,amount_sum,count
                        currency=EUR,,0,EUR,,13.75,3
                        currency=EUR/country=DE,currency=EUR,1,EUR,DE,4,1
                        currency=USD,,0,USD,,1.25,1
                        """.replace("\n", "\r\n"));
        assertThat(csv("dataset", "granularity=day&metrics=amount" + DAY_PARAMETERS))
                .isEqualTo("timestamp,refund_count,sale_count,amount_sum\r\n2024-01-01T00:00:00.000Z,1,3,15\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "query?metric=SUM:amount&granularity=hour",
                "query?metric=BOOLEAN:paid&granularity=hour",
                "dataset?granularity=hour",
                "groups?granularity=hour&groupBy=currency",
                "groups/flat?metrics=amount&groupBy=currency",
                "top?metric=COUNT&attributionType=till",
            })
    void whatIsSettledIsNotSentTwice(String question) {
        sales();
        String url = "/api/v1/reports/" + report + '/' + question + DAY_PARAMETERS;
        String tag = given().get(url)
                .then()
                .statusCode(200)
                .header("ETag", notNullValue())
                .extract()
                .header("ETag");
        assertThat(tag).startsWith("W/");
        given().header("If-None-Match", tag)
                .get(url)
                .then()
                .statusCode(304)
                .header("ETag", tag)
                .body(equalTo(""));
        given().header("If-None-Match", tag)
                .header("Accept", "text/csv")
                .get(url)
                .then()
                .statusCode(200);
        sale("sale", "2024-01-01T10:20:00Z", "amount", 1, "currency", "EUR", "paid", true);
        assertThat(given().header("If-None-Match", tag)
                        .get(url)
                        .then()
                        .statusCode(200)
                        .extract()
                        .header("ETag"))
                .as("something is pending")
                .isNull();
        counted.count(shop);
        assertThat(given().header("If-None-Match", tag)
                        .get(url)
                        .then()
                        .statusCode(200)
                        .extract()
                        .header("ETag"))
                .isNotNull()
                .isNotEqualTo(tag);
    }

    private String csv(String question, String parameters) {
        return given().header("Accept", "text/csv")
                .get("/api/v1/reports/" + report + '/' + question + '?' + parameters)
                .then()
                .statusCode(200)
                .contentType(containsString("text/csv"))
                .extract()
                .asString();
    }

    /** Random events, in every mode, against a loop over them. */
    @ParameterizedTest
    @ValueSource(strings = {"historical", "combined", "realtime"})
    void everyNumberEqualsARecount(String mode) throws Exception {
        Random random = new Random(mode.hashCode());
        boolean old = mode.equals("historical");
        Instant base =
                old ? Instant.parse("1969-12-31T23:30:00Z") : Instant.now().minusSeconds(100);
        List<ObjectNode> events = new ArrayList<>();
        List<String> names = List.of("a.b", "", "$x", "plain", "%");
        for (int i = 0; i < 150; i++) {
            ObjectNode event = event(
                    random.nextBoolean() ? "sale" : "re fund",
                    base.plusMillis(random.nextInt(old ? 7_200_000 : 90_000)).toString());
            ObjectNode payload = (ObjectNode) event.get("payload");
            payload.put("amount", new BigDecimal(random.nextInt(2_000) - 500).movePointLeft(2));
            for (String name : names) {
                if (random.nextInt(3) > 0) {
                    payload.put(name, List.of("x", "", "__other__", "v.1").get(random.nextInt(4)));
                }
            }
            events.add(event);
        }
        record(events);
        if (!mode.equals("realtime")) {
            counted.count(shop);
        }
        String range = "'mode': '" + mode + "', 'timeRange': {'start': '" + base.minusSeconds(100) + "', 'end': '"
                + base.plusSeconds(old ? 9_000 : 110) + "'}";
        JsonNode whole = JSON.readTree(ask("dataset", range + ", 'granularity': 'all'")
                .statusCode(200)
                .extract()
                .asString());
        Map<String, BigDecimal> expected = new TreeMap<>();
        for (ObjectNode event : events) {
            BigDecimal amount = event.at("/payload/amount").decimalValue();
            expected.merge(event.path("type").textValue() + "_count", BigDecimal.ONE, BigDecimal::add);
            expected.merge("amount_sum", amount, BigDecimal::add);
            event.path("payload").properties().forEach(field -> {
                if (field.getValue().isTextual()) {
                    String value = field.getKey() + '_' + field.getValue().textValue();
                    String by = field.getKey() + "_by_" + field.getValue().textValue();
                    expected.merge(by, BigDecimal.ONE, BigDecimal::add);
                    expected.merge("amount_sum_by_" + value, amount, BigDecimal::add);
                }
            });
        }
        Map<String, BigDecimal> found = new HashMap<>();
        whole.at("/rows/0").properties().forEach(column -> {
            if (column.getValue().isNumber()) {
                found.put(column.getKey(), column.getValue().decimalValue());
            }
        });
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        found.forEach((column, number) -> assertThat(number).as(column).isEqualByComparingTo(expected.get(column)));

        List<String> groupBy = List.of("plain", "", "$x");
        JsonNode flat =
                JSON.readTree(ask("groups/flat", range + ", 'metrics': ['amount'], 'groupBy': ['plain', '', '$x']")
                        .statusCode(200)
                        .extract()
                        .asString());
        Map<List<String>, BigDecimal[]> paths = new HashMap<>();
        for (ObjectNode event : events) {
            List<String> path = new ArrayList<>();
            for (String field : groupBy) {
                if (!event.get("payload").has(field)) {
                    break;
                }
                path.add(event.get("payload").get(field).textValue());
                BigDecimal[] sums = paths.computeIfAbsent(
                        List.copyOf(path), p -> new BigDecimal[] {BigDecimal.ZERO, BigDecimal.ZERO});
                sums[0] = sums[0].add(event.at("/payload/amount").decimalValue());
                sums[1] = sums[1].add(BigDecimal.ONE);
            }
        }
        assertThat(flat.path("rows")).hasSize(paths.size());
        for (JsonNode row : flat.path("rows")) {
            List<String> path = new ArrayList<>();
            groupBy.forEach(field -> {
                if (!row.path(field).isNull()) {
                    path.add(row.path(field).textValue());
                }
            });
            assertThat(path).hasSize(row.path("level").intValue() + 1);
            assertThat(row.path("amount_sum").decimalValue()).isEqualByComparingTo(paths.get(path)[0]);
            assertThat(row.path("count").decimalValue()).isEqualByComparingTo(paths.get(path)[1]);
        }
    }
}

package dev.tallyworks.api.definitions;

import static dev.tallyworks.api.definitions.SourcesHttpTest.delete;
import static dev.tallyworks.api.definitions.SourcesHttpTest.get;
import static dev.tallyworks.api.definitions.SourcesHttpTest.send;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class ReportsHttpTest {
    private String unique;
    private String report;

    @BeforeEach
    void define() {
        unique = "r" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);
        send("POST", "/sources", "{\"name\": \"shop\"}");
        send("POST", "/sources", "{\"name\": \"other\"}");
        report = send("POST", "/reports", "{\"name\": \"Sales\"}")
                .statusCode(201)
                .extract()
                .path("id");
    }

    private String aggregations() {
        return "/reports/" + report + "/aggregations";
    }

    private String add(String target, String more) {
        return send("POST", aggregations(), body(target, more))
                .statusCode(201)
                .extract()
                .path("id");
    }

    private String body(String target, String more) {
        return "{\"targetCollection\": \"aggr_" + unique + target + "\", \"filter\": {\"sources\": [\"shop\"]" + more
                + "}";
    }

    @Test
    void definesAReportWithItsDefaults() {
        send("POST", "/reports", "{\"name\": \"Sales\"}")
                .statusCode(201)
                .header("Location", containsString("/api/v1/reports/"))
                .body("id", notNullValue())
                .body("name", equalTo("Sales"))
                .body("active", equalTo(true))
                .body("description", nullValue())
                .body("aggregations", empty());
    }

    @Test
    void definesAggregationsWithTheReport() {
        String made = send(
                        "POST",
                        "/reports",
                        "{\"name\": \"x\", \"active\": false, \"aggregations\": [" + body("a", "}") + ", "
                                + body("b", ", \"eventTypes\": [\"x\"]}").replace("shop", "other") + "]}")
                .statusCode(201)
                .body("active", equalTo(false))
                .body("aggregations", hasSize(2))
                .extract()
                .path("id");
        get("/reports/" + made + "/aggregations").statusCode(200).body("items", hasSize(2));
        send(
                        "POST",
                        "/reports",
                        "{\"name\": \"y\", \"aggregations\": [" + body("c", "}") + ", " + body("d", "}") + "]}")
                .statusCode(409);
        send(
                        "POST",
                        "/reports",
                        "{\"name\": \"y\", \"aggregations\": [" + body("c", "}").replace("shop", "no") + "]}")
                .statusCode(422)
                .body("errors[0].code", equalTo("unknown_name"))
                .body("errors[0].pointer", equalTo("/aggregations/0/filter/sources/0"));
        delete("/reports/" + made).statusCode(204);
        get("/reports/" + made).statusCode(404);
        get("/reports/" + made + "/aggregations").statusCode(404);
        add("a", "}");
    }

    @Test
    void patchesAReport() {
        String path = "/reports/" + report;
        send("PATCH", path, "{\"active\": false, \"description\": \"d\", \"name\": \"New\"}")
                .statusCode(200)
                .body("active", equalTo(false))
                .body("name", equalTo("New"));
        add("p", "}");
        String whole = get(path).statusCode(200).extract().asString();
        send("PATCH", path, whole)
                .statusCode(200)
                .body("", equalTo(JsonPath.from(whole).get()));
        send("PATCH", path, "{\"active\": null, \"description\": null}")
                .statusCode(200)
                .body("active", equalTo(true))
                .body("description", nullValue());
        send("PATCH", path, "{\"name\": \"\"}").statusCode(422);
        send("PATCH", path, "{\"id\": \"x\"}").statusCode(422);
        send("PATCH", path, "{\"aggregations\": []}").statusCode(422);
        send("PATCH", path, "{\"activ\": true}").statusCode(400).body("errors[0].pointer", equalTo("/activ"));
        send("PATCH", path, "{\"active\": \"yes\"}").statusCode(400);
        send("PATCH", "/reports/none", "{}").statusCode(404);
    }

    @Test
    void definesAnAggregationWithItsDefaults() {
        send("POST", aggregations(), body("", "}"))
                .statusCode(201)
                .header("Location", containsString(aggregations() + "/"))
                .body("id", notNullValue())
                .body("report", equalTo(report))
                .body("targetCollection", equalTo("aggr_" + unique))
                .body("granularity", equalTo("minute"))
                .body("filter.sources", contains("shop"))
                .body("filter.eventTypes", empty())
                .body("partition.enabled", equalTo(false))
                .body("retention", nullValue())
                .body("fields.include", empty())
                .body("fields.exclude", empty())
                .body("limits.values", equalTo(1000))
                .body("limits.leaves", equalTo(10000))
                .body("realtime", equalTo(true))
                .body("rollupTo", empty())
                .body("sketches.unique", empty())
                .body("sketches.percentiles", empty())
                .body("backfill", equalTo(false))
                .body("createdAt", notNullValue())
                .body("updatedAt", notNullValue());
    }

    @Test
    void takesEveryMemberOfAnAggregation() {
        String id = send(
                        "POST",
                        aggregations(),
                        body(
                                "",
                                ", \"eventTypes\": [\"sale\"]}, \"granularity\": \"5minute\", \"partition\": {\"enabled\": true,"
                                        + " \"length\": 10}, \"retention\": {\"hotDays\": 30, \"offloader\": \"s3\"},"
                                        + " \"fields\": {\"include\": [\"a\"], \"exclude\": [\"b.c\"]},"
                                        + " \"limits\": {\"values\": 5, \"leaves\": 6}, \"realtime\": false,"
                                        + " \"rollupTo\": [\"hour\", \"day\"], \"sketches\": {\"unique\": [\"u\"],"
                                        + " \"percentiles\": [\"p\"]}, \"backfill\": false"))
                .statusCode(201)
                .body("granularity", equalTo("5minute"))
                .body("partition.length", equalTo(10))
                .body("retention.offloader", equalTo("s3"))
                .body("rollupTo", contains("hour", "day"))
                .body("sketches.unique", contains("u"))
                .extract()
                .path("id");
        String path = aggregations() + "/" + id;
        String whole = get(path).statusCode(200).extract().asString();
        send("PATCH", path, whole)
                .statusCode(200)
                .body("", equalTo(JsonPath.from(whole).get()));
        delete(path).statusCode(204);
        get(path).statusCode(404);
        delete(path).statusCode(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"filter\": {\"sources\": []}}|422|missing|/targetCollection",
                "{\"targetCollection\": \"aggr_x\"}|422|missing|/filter",
                "{\"targetCollection\": \"sales\", \"filter\": {\"sources\": []}}|422|invalid_value|/targetCollection",
                "{\"targetCollection\": \"aggr_\", \"filter\": {\"sources\": []}}|422|invalid_value|/targetCollection",
                "{\"targetCollection\": \"aggr_A\", \"filter\": {\"sources\": []}}|422|invalid_value|/targetCollection",
                "{\"targetCollection\": \"aggr_a.b\", \"filter\": {\"sources\": []}}|422|invalid_value|/targetCollection",
                "{\"targetCollection\": 7, \"filter\": {\"sources\": []}}|400|wrong_type|/targetCollection",
                "{\"targetCollection\": \"aggr_x\", \"filter\": []}|400|wrong_type|/filter",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {}}|422|missing|/filter/sources",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": [\"none\"]}}|422|unknown_name|/filter/sources/0",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": [], \"types\": []}}|400|unknown_field|/filter/types",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"granularity\": \"week\"}|422|invalid_value|/granularity",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"granularity\": 60}|400|wrong_type|/granularity",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"partition\": {\"enabled\": true}}|422|missing|/partition/length",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"partition\": {\"enabled\": true, \"length\": 0}}|422|invalid_value|/partition/length",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"partition\": {\"enabled\": true, \"length\": \"5\"}}|400|wrong_type|/partition/length",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"retention\": {\"hotDays\": 3}}|422|invalid_value|/retention",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"partition\": {\"enabled\": true, \"length\": 5}, \"retention\": {\"hotDays\": 0}}|422|invalid_value|/retention/hotDays",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"limits\": {\"values\": 0}}|422|invalid_value|/limits/values",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"limits\": {\"leaves\": 1e12}}|422|invalid_value|/limits/leaves",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"limits\": {\"leaves\": 1.5}}|400|wrong_type|/limits/leaves",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"rollupTo\": [\"minute\"]}|422|invalid_value|/rollupTo/0",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"granularity\": \"4hour\", \"rollupTo\": [\"day\", \"6hour\"]}|422|invalid_value|/rollupTo/1",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"rollupTo\": [\"month\"]}|422|invalid_value|/rollupTo/0",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"rollupTo\": \"hour\"}|400|wrong_type|/rollupTo",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"backfill\": 1}|400|wrong_type|/backfill",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"more\": 1}|400|unknown_field|/more",
                "{\"targetCollection\": \"aggr_x\", \"filter\": {\"sources\": []}, \"id\": \"x\"}|400|unknown_field|/id",
            })
    void refusesWhatIsNoAggregation(String body, int status, String code, String pointer) {
        send("POST", aggregations(), body)
                .statusCode(status)
                .contentType("application/problem+json")
                .body("errors[0].code", equalTo(code))
                .body("errors[0].pointer", equalTo(pointer));
    }

    @ParameterizedTest
    @CsvSource({"'',''", "_x,_x_12", "_x_12,_x", "_x,_x_metrics", "_x_metrics,_x", "_5,_5_0"})
    void refusesATargetThatCouldBeAnothers(String first, String second) {
        add(first, "}");
        String elsewhere =
                send("POST", "/reports", "{\"name\": \"e\"}").extract().path("id");
        send("POST", "/reports/" + elsewhere + "/aggregations", body(second, "}"))
                .statusCode(409)
                .body("detail", containsString("aggr_" + unique));
    }

    @Test
    void takesATargetThatCouldNotBeAnothers() {
        add("_x", "}");
        String elsewhere =
                send("POST", "/reports", "{\"name\": \"e\"}").extract().path("id");
        for (String other : new String[] {"_x_", "_x_a1", "_x1", "_y_metrics", "_x_metricss", "_x_1_a"}) {
            send(
                            "POST",
                            "/reports/" + elsewhere + "/aggregations",
                            body(other, ", \"eventTypes\": [\"" + other + "\"]}"))
                    .statusCode(201);
        }
    }

    @Test
    void anEventCountsOnceInAReport() {
        add("a", ", \"eventTypes\": [\"sale\"]}");
        send("POST", aggregations(), body("b", ", \"eventTypes\": [\"x\", \"sale\"]}"))
                .statusCode(409);
        send("POST", aggregations(), body("b", "}")).statusCode(409);
        send("POST", aggregations(), body("b", "}").replace("\"shop\"", "")).statusCode(409);
        add("b", ", \"eventTypes\": [\"x\"]}");
        send("POST", aggregations(), body("c", "}").replace("shop", "other")).statusCode(201);
        send("POST", aggregations(), body("d", "}").replace("shop", "tallyworks_usage"))
                .statusCode(201);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"granularity\": \"hour\"}",
                "{\"filter\": {\"sources\": []}}",
                "{\"filter\": {\"eventTypes\": [\"x\"]}}",
                "{\"fields\": {\"include\": [\"x\"]}}",
                "{\"partition\": {\"enabled\": true, \"length\": 5}}",
                "{\"limits\": {\"values\": 5}}",
                "{\"rollupTo\": [\"hour\"]}",
                "{\"sketches\": {\"unique\": [\"x\"]}}",
            })
    void whatNeedsARebuildNamesIt(String patch) {
        String path = aggregations() + "/" + add("", "}");
        send("PATCH", path, patch)
                .statusCode(409)
                .body("type", equalTo("urn:tallyworks:conflict"))
                .body("detail", containsString(path + "?rebuild=true"));
        String rebuild = send("PATCH", path + "?rebuild=true", patch)
                .statusCode(202)
                .body("state", equalTo("waiting"))
                .body("aggregations", hasSize(1))
                .extract()
                .path("id");
        // Until it is done the old numbers answer, and so does the definition.
        get(path).body("granularity", equalTo("minute")).body("filter.sources", hasSize(1));
        send("PATCH", path + "?rebuild=true", patch).statusCode(409).body("detail", containsString(rebuild));
        send("PATCH", path, "{\"realtime\": false}").statusCode(200);
    }

    @Test
    void patchesAnAggregation() {
        String path = aggregations() + "/" + add("", "}, \"partition\": {\"enabled\": true, \"length\": 5}");
        send("PATCH", path, "{\"retention\": {\"hotDays\": 3}, \"realtime\": false}")
                .statusCode(200)
                .body("retention.hotDays", equalTo(3))
                .body("realtime", equalTo(false));
        send("PATCH", path, "{\"retention\": null}").statusCode(200).body("retention", nullValue());
        send("PATCH", path, "{\"granularity\": \"minute\", \"backfill\": false}")
                .statusCode(200);
        send("PATCH", path, "{\"granularity\": \"nope\"}").statusCode(422);
        send("PATCH", path, "{\"backfill\": true}").statusCode(422);
        send("PATCH", path, "{\"targetCollection\": \"aggr_elsewhere\"}").statusCode(422);
        send("PATCH", path, "{\"gran\": 1}").statusCode(400).body("errors[0].code", equalTo("unknown_field"));
        send("PATCH", path, "{\"realtime\": 1}").statusCode(400).body("errors[0].code", equalTo("wrong_type"));
        send("PATCH", path, "{\"partition\": {\"enabled\": true, \"length\": 5, \"x\": 1}}")
                .statusCode(400);
        send("PATCH", aggregations() + "/none", "{}").statusCode(404);
        send("PATCH", path + "?rebuild=maybe", "{}").statusCode(422);
    }

    @Test
    void answersForWhatThePathNames() {
        String other = send("POST", "/reports", "{\"name\": \"o\"}").extract().path("id");
        String id = add("", "}");
        get("/reports/" + other + "/aggregations/" + id).statusCode(404);
        delete("/reports/" + other + "/aggregations/" + id).statusCode(404);
        send("POST", "/reports/none/aggregations", body("z", "}")).statusCode(404);
        send("POST", "/reports/none/aggregations", "{}").statusCode(404);
        get("/reports?limit=1").statusCode(200).body("items", hasSize(1)).body("nextCursor", notNullValue());
    }
}

package dev.tallyworks.api.admin;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.bson.Document;
import org.junit.jupiter.api.Test;

/** Every call that changes something stands in the log, and nothing else does. */
@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class AdminLogHttpTest {
    /** These change nothing, or are no business of administrators. */
    private static final Set<String> OTHERS = Set.of(
            "post /api/v1/sources/{source}/events",
            "post /api/v1/reports/{report}/query",
            "post /api/v1/reports/{report}/dataset",
            "post /api/v1/reports/{report}/groups",
            "post /api/v1/reports/{report}/groups/flat",
            "post /api/v1/reports/{report}/top",
            "post /api/v1/reports/{report}/audits");

    @Inject
    MongoDatabase database;

    private final String ours = UUID.randomUUID().toString().replace("-", "").substring(0, 12);

    private List<Document> logged(String path) {
        return database.getCollection("admin_calls")
                .find(Filters.eq("path", path))
                .into(new ArrayList<>());
    }

    private static int send(String method, String path, String body) {
        return given().urlEncodingEnabled(false)
                .contentType("application/json")
                .body(body)
                .request(method, path)
                .statusCode();
    }

    @Test
    void tellsWhatWasCalledAndAnswered() {
        String body = "{\"name\": \"" + ours + "\", \"description\": \"ü\"}";
        String query = "/api/v1/sources?try=" + ours;
        long before = System.currentTimeMillis();
        assertThat(send("POST", query, body)).isEqualTo(201);
        assertThat(send("GET", query, "")).isEqualTo(200);

        List<Document> logged = logged(query);
        assertThat(logged).hasSize(1);
        Document call = logged.get(0);
        assertThat(call)
                .containsEntry("method", "POST")
                .containsEntry("status", 201)
                .containsEntry("who", null)
                .containsEntry("request", body);
        assertThat(call.getDate("time").getTime()).isBetween(before - 1, System.currentTimeMillis());
        assertThat(call.getLong("durationMillis")).isNotNegative();
    }

    @Test
    void whatWasRefusedToo() {
        String path = "/api/v1/sources/none_" + ours;
        assertThat(send("PATCH", path, "{}")).isEqualTo(404);
        assertThat(send("PATCH", path, "{")).isEqualTo(400);
        assertThat(send("DELETE", path, "")).isEqualTo(404);
        assertThat(logged(path)).extracting(call -> call.get("status")).containsExactlyInAnyOrder(404, 400, 404);
    }

    @Test
    void longBodiesAreCutOff() {
        String path = "/api/v1/sources/long_" + ours;
        String body = "{\"description\": \"" + "x".repeat(100_000) + "\"}";
        assertThat(send("PATCH", path, body)).isBetween(400, 499);
        assertThat(logged(path)).singleElement().satisfies(call -> assertThat(call.getString("request"))
                .hasSize(8_193)
                .startsWith("{\"description\": \"xxx")
                .endsWith("…"));
    }

    @Test
    void wholeLongBodiesAreReadAllTheSame() {
        String description = "y".repeat(50_000);
        given().contentType("application/json")
                .body("{\"name\": \"" + ours + "\", \"description\": \"" + description + "\"}")
                .post("/api/v1/sources")
                .then()
                .statusCode(201);
        assertThat(given().get("/api/v1/sources/" + ours).jsonPath().getString("description"))
                .isEqualTo(description);
    }

    @Test
    void noRouteThatChangesSomethingIsForgotten() {
        Map<String, Map<String, Object>> paths = given().queryParam("format", "json")
                .get("/q/openapi")
                .jsonPath()
                .getMap("paths");
        int tried = 0;
        try {
            for (Map.Entry<String, Map<String, Object>> path : paths.entrySet()) {
                for (String method : path.getValue().keySet()) {
                    String route = method + " " + path.getKey();
                    if (!path.getKey().startsWith("/api/")
                            || !List.of("put", "post", "patch", "delete").contains(method)) {
                        continue;
                    }
                    String called = path.getKey().replaceAll("\\{[a-z]+}", "none_" + ours) + "?try=" + ours + tried++;
                    send(method.toUpperCase(), called, "{\"of_no_use\": 1}");
                    if (OTHERS.contains(route)) {
                        assertThat(logged(called)).as(route).isEmpty();
                    } else {
                        await(route).until(() -> logged(called).size() == 1);
                    }
                }
            }
        } finally {
            given().post("/api/v1/queue/resume");
        }
        assertThat(tried).isGreaterThan(25);
    }
}

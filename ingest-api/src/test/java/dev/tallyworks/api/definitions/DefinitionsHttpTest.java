package dev.tallyworks.api.definitions;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.tallyworks.api.wiring.ServersForTests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class DefinitionsHttpTest {
    @Test
    void definesASource() {
        given().contentType("application/json")
                .body("{\"name\": \"Shop\"}")
                .post("/api/v1/sources")
                .then()
                .statusCode(201)
                .body("id", equalTo("shop"));
    }
}

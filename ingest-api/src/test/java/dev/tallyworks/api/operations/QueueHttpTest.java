package dev.tallyworks.api.operations;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;

import dev.tallyworks.api.wiring.ServersForTests;
import dev.tallyworks.queue.JobQueue;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ServersForTests.class)
class QueueHttpTest {
    @Inject
    JobQueue queue;

    private static ValidatableResponse post(String path) {
        return given().post("/api/v1/queue/" + path).then();
    }

    private static void isPaused(ValidatableResponse answer, boolean paused) {
        answer.statusCode(200)
                .body("paused", equalTo(paused))
                .body("shards.paused", everyItem(equalTo(paused)))
                .body("shards[0].shard", equalTo("0"));
    }

    private static ValidatableResponse look() {
        return given().get("/api/v1/queue").then();
    }

    @AfterEach
    void goOn() {
        post("resume");
    }

    @Test
    void isPausedUntilItIsResumed() {
        isPaused(look(), false);
        isPaused(post("pause"), true);
        isPaused(look(), true);
        assertThat(queue.state().held()).isTrue();
        isPaused(post("pause"), true);
        isPaused(post("resume"), false);
        isPaused(look(), false);
        assertThat(queue.state().held()).isFalse();
        isPaused(post("resume"), false);
    }

    @Test
    void isPausedThoughTheQueueHasForgottenIt() {
        post("pause");
        queue.hold(false);
        isPaused(look(), true);
    }

    @Test
    void takesABodyOfNoUse() {
        isPaused(
                given().contentType("application/json")
                        .body("{}")
                        .post("/api/v1/queue/pause")
                        .then(),
                true);
    }
}

package dev.tallyworks.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Sorts;
import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.DeadLetters.Asked;
import dev.tallyworks.event.DeadLetters.Letter;
import dev.tallyworks.event.DeadLetters.Position;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.servers.Servers;
import dev.tallyworks.time.TimeRange;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How much a real server looks at for what is asked about dead letters: no more than it gives, however many there are. {@code
 * -Dtw.test.dead=N} takes more of them.
 */
class DeadLetterPlansTest {
    private static final int DEAD = Integer.getInteger("tw.test.dead", 3_000);
    private static final long NOON = 1_700_000_000_000L;
    private static final String SOURCE = "shop";
    private static final int CHUNK = 10_000;
    private static final int PAGE = 50;

    private final MongoClient client = TestClients.create();
    private final MongoDatabase database = client.getDatabase(Servers.freshDatabaseName());
    private final MongoRawEvents raw = new MongoRawEvents(database);
    private final MongoDeadLetters letters = new MongoDeadLetters(database);

    @BeforeEach
    void fill() {
        assumeTrue(Servers.areGiven(), "the embedded server does not tell");
        Event one = new Event(new EventRef(SOURCE, 1, "first"), "sale", NOON, NOON, Map.of(), List.of(), 1, 10);
        raw.insert(SOURCE, List.of(one), new CommitId("w", 1)); // makes the indexes
        List<Document> chunk = new ArrayList<>();
        for (int i = 0; i < 2 * DEAD; i++) {
            Document event = new Document("_id", "e" + i)
                    .append("type", i % 1_000 == 0 ? "rare" : "sale")
                    .append("timestamp", new Date(NOON + i))
                    .append("receivedAt", new Date(NOON))
                    .append("version", 1L)
                    .append("incarnation", 1L)
                    .append("size", 10)
                    .append("commit", new Document("writer", "w").append("n", 1L));
            if (i % 2 == 0) {
                event.append(
                        "irregular",
                        new Document(
                                "dead",
                                new Document("reason", i % 500 == 0 ? "rare" : "often")
                                        .append("attempts", 15)
                                        .append("diedAt", new Date(NOON + i / 100))));
            } else {
                event.append("batchVersion", 1L);
            }
            chunk.add(event);
            if (chunk.size() == CHUNK || i == 2 * DEAD - 1) {
                database.getCollection("events_" + SOURCE).insertMany(chunk);
                chunk.clear();
            }
        }
        database.runCommand(new Document("profile", 2));
    }

    @AfterEach
    void close() {
        if (Servers.areGiven()) {
            database.runCommand(new Document("profile", 0));
            database.drop();
        }
        client.close();
    }

    private static Asked asked(@Nullable String type, @Nullable String reason) {
        return new Asked(SOURCE, 1, type, reason, 0, Long.MAX_VALUE);
    }

    /** What the last call looked at. */
    private Document examined(String what) {
        Document last = database.getCollection("system.profile")
                .find(Filters.regex("ns", "events_"))
                .sort(Sorts.descending("$natural"))
                .first();
        System.out.printf(
                "%s among %d dead: %s keys, %s documents, %s ms, %s%n",
                what,
                DEAD,
                last.get("keysExamined"),
                last.get("docsExamined"),
                last.get("millis"),
                last.get("planSummary"));
        return last;
    }

    private void isCheap(String what, long keysMax, long documentsMax) {
        Document last = examined(what);
        assertThat(((Number) last.get("keysExamined")).longValue()).as(what).isLessThanOrEqualTo(keysMax);
        assertThat(((Number) last.get("docsExamined")).longValue()).as(what).isLessThanOrEqualTo(documentsMax);
    }

    @Test
    void whatAReleaseBeforeHasStoredIsReadToo() {
        database.runCommand(new Document("profile", 0));
        for (int call = 0; call < 5; call++) {
            database.getCollection("events_" + SOURCE).dropIndexes();
            switch (call) {
                case 0 ->
                    assertThat(letters.list(asked(null, null), null, PAGE)).hasSize(PAGE);
                case 1 -> assertThat(letters.count(asked("sale", "often"))).isPositive();
                case 2 -> assertThat(raw.countDead(SOURCE)).isEqualTo(DEAD);
                case 3 ->
                    assertThat(raw.hasDead(SOURCE, new TimeRange(NOON, NOON + 2L * DEAD)))
                            .isTrue();
                default -> assertThat(raw.oldestPending(SOURCE)).isPresent();
            }
            assertThat(database.getCollection("events_" + SOURCE).listIndexes()).hasSize(9);
        }
    }

    @Test
    void looksAtNoMoreThanItGives() {
        List<Letter> page = letters.list(asked(null, null), null, PAGE);
        assertThat(page).hasSize(PAGE);
        isCheap("the first page", PAGE + 2, PAGE);
        Letter last = page.get(PAGE - 1);
        letters.list(
                asked(null, null),
                new Position(last.diedAtMillis(), last.event().uuid()),
                PAGE);
        isCheap("the next page", PAGE + 2, PAGE);
        assertThat(letters.list(asked("rare", null), null, PAGE)).isNotEmpty();
        isCheap("of a rare type", PAGE + 2, PAGE);
        assertThat(letters.list(asked(null, "rare"), null, PAGE)).isNotEmpty();
        isCheap("of a rare reason", PAGE + 2, PAGE);
        assertThat(letters.list(asked("none", null), null, PAGE)).isEmpty();
        isCheap("of no type", 2, 0);

        assertThat(raw.countDead(SOURCE)).isEqualTo(DEAD);
        isCheap("how many are dead", DEAD + 2, 0);
        assertThat(raw.hasDead(SOURCE, new TimeRange(NOON, NOON + 2L * DEAD))).isTrue();
        isCheap("whether one is dead", 2, 1);
        assertThat(raw.hasDiscarded(SOURCE, new TimeRange(NOON, NOON + 2L * DEAD)))
                .isFalse();
        isCheap("whether one is discarded", 1, 0);
        assertThat(letters.count(asked("rare", null))).isEqualTo((2L * DEAD + 999) / 1_000);
        isCheap("how many of a rare type", 2L * DEAD / 1_000 + 3, 2L * DEAD / 1_000 + 2);

        long begun = System.nanoTime();
        List<EventRef> refs = page.stream().map(Letter::event).toList();
        assertThat(letters.retry(refs, NOON)).isEqualTo(PAGE);
        System.out.printf("retry of %d: %d ms%n", PAGE, (System.nanoTime() - begun) / 1_000_000);
        assertThat(letters.list(asked(null, null), null, PAGE)).hasSize(PAGE).doesNotContainAnyElementsOf(page);
        isCheap("past those that are retried", 2 * PAGE + 2, PAGE);
    }
}

package dev.tallyworks.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tallyworks.failure.Unavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Releases meet on one store. */
public abstract class FormatGuardContract {
    private final StoredFormat stored = stored();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final AtomicInteger admissions = new AtomicInteger();
    private final List<FormatGuard> guards = new ArrayList<>();

    /** One in which nothing stands. */
    protected abstract StoredFormat stored();

    @AfterEach
    void close() {
        guards.forEach(FormatGuard::close);
    }

    private void start(StoredFormat on, Formats release) {
        FormatGuard guard =
                new FormatGuard(on, release, Duration.ofMillis(10), admissions::incrementAndGet, refusals::add);
        guards.add(guard);
        guard.start();
    }

    private void start(Formats release) {
        start(stored, release);
    }

    @Test
    void theFirstReleaseWritesItsFormatDown() {
        assertThat(stored.standing()).isEmpty();
        start(new Formats(1, 2, 3));
        assertThat(stored.standing()).hasValue(2);
        assertThat(admissions).hasValue(1);
        assertThat(refusals).isEmpty();
    }

    @Test
    void theNumberOnlyGrows() {
        stored.raiseTo(3);
        stored.raiseTo(2);
        assertThat(stored.standing()).hasValue(3);
    }

    @Test
    void aReleaseThatPreparesRunsBesideTheOneBeforeAndTheNextOne() {
        Formats old = new Formats(1, 1, 1);
        Formats preparing = new Formats(1, 1, 2);
        Formats next = new Formats(1, 2, 2);
        start(old);
        start(preparing);
        assertThat(stored.standing())
                .as("during this roll-out nothing new is written")
                .hasValue(1);
        guards.get(0).close();
        start(next);
        assertThat(stored.standing()).hasValue(2);
        start(preparing);
        assertThat(stored.standing()).as("also where it is rolled back").hasValue(2);
        assertThat(admissions).hasValue(4);
        assertThat(refusals).isEmpty();
    }

    @Test
    void whatIsNewerIsLeftAlone() {
        stored.raiseTo(3);
        start(new Formats(1, 1, 2));
        assertThat(admissions).hasValue(0);
        assertThat(refusals).singleElement().satisfies(line -> assertThat(line)
                .contains("format 3", "formats 1 to 2", "start a release that is as new")
                .doesNotContain("\n"));
        assertThat(stored.standing()).hasValue(3);
    }

    @Test
    void whatIsTooOldToo() {
        stored.raiseTo(1);
        start(new Formats(2, 3, 3));
        assertThat(admissions).hasValue(0);
        assertThat(refusals).singleElement().satisfies(line -> assertThat(line)
                .contains("format 1", "formats 2 to 3", "a release in between"));
        assertThat(stored.standing()).hasValue(1);
    }

    @Test
    void whoRunsWhenTheNumberIsRaisedBeyondHimEnds() {
        start(new Formats(1, 1, 1));
        assertThat(refusals).isEmpty();
        stored.raiseTo(2);
        await().until(() -> refusals.size() == 1);
        assertThat(refusals.get(0)).contains("format 2", "understands format 1:");
        assertThat(admissions).hasValue(1);
    }

    @Test
    void nothingBeginsWhileTheStoreIsAway() {
        AtomicBoolean away = new AtomicBoolean(true);
        AtomicInteger looks = new AtomicInteger();
        start(
                new StoredFormat() {
                    @Override
                    public OptionalInt standing() {
                        looks.incrementAndGet();
                        if (away.get()) {
                            throw new Unavailable("away", new IllegalStateException());
                        }
                        return stored.standing();
                    }

                    @Override
                    public void raiseTo(int written) {
                        stored.raiseTo(written);
                    }
                },
                new Formats(1, 1, 1));
        await().until(() -> looks.get() > 2);
        assertThat(admissions).hasValue(0);
        away.set(false);
        await().until(() -> admissions.get() == 1);
        assertThat(refusals).isEmpty();
    }

    @Test
    void formatsGrow() {
        assertThatThrownBy(() -> new Formats(0, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Formats(2, 1, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Formats(1, 2, 1)).hasMessageContaining("newest 1");
    }
}

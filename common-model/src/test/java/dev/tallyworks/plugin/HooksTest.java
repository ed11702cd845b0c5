package dev.tallyworks.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventDraft;
import dev.tallyworks.metric.EventMetrics;
import dev.tallyworks.metric.FieldMetrics;
import dev.tallyworks.rollup.Folding;
import dev.tallyworks.rollup.RollupFold;
import dev.tallyworks.time.TimeRange;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HooksTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Event SALE = Folding.event("sale", 0, Map.of("amount", BigDecimal.TEN));
    private static final Aggregation HOURLY = Folding.hourly("aggr_hooks");

    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<String> told = new CopyOnWriteArrayList<>();

    /** One of all kinds, which does nothing by itself. */
    private static class Named implements EngineHook, EventHook, MetricsHook, ReportHook {
        private final String name;
        private final int order;

        Named(String name, int order) {
            this.name = name;
            this.order = order;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int order() {
            return order;
        }
    }

    private Hooks hooks(Duration limit, Named... plugins) {
        List<Named> all = List.of(plugins);
        return new Hooks(
                new Hooks.Found(List.copyOf(all), List.copyOf(all), List.copyOf(all), List.copyOf(all), List.of()),
                limit,
                (plugin, hook) -> failures.add(plugin + " " + hook));
    }

    private static EventDraft draft() {
        return new EventDraft("u", "sale", 0L, Map.of(), List.of(), 100);
    }

    /** Notes in the payload that it was called. */
    private static Named noting(String name, int order) {
        return new Named(name, order) {
            @Override
            public EventDraft beforeEventRecord(String source, EventDraft event) {
                Map<String, Object> payload = new LinkedHashMap<>(event.payload());
                payload.put(name, payload.size());
                return new EventDraft("other", "other", 7L, payload, event.attributions(), 1);
            }
        };
    }

    @Test
    void aWaterfallGoesInOrderAndChangesContentAlone() {
        Hooks hooks = hooks(LIMIT, noting("c", 1), noting("b", 0), noting("a", 1), noting("d", -5));

        EventDraft changed = hooks.beforeEventRecord("shop", draft());

        assertThat(changed)
                .isEqualTo(new EventDraft("u", "sale", 0L, Map.of("d", 0, "b", 1, "a", 2, "c", 3), List.of(), 100));
    }

    @Test
    void aRefusalEndsAWaterfall() {
        Named refusing = new Named("refusing", 0) {
            @Override
            public EventDraft beforeEventRecord(String source, EventDraft event) {
                throw new Refusal("not_today", "closed");
            }

            @Override
            public ReportQuestion beforeReportGenerated(ReportQuestion question) {
                throw new Refusal("not_today", "closed");
            }
        };
        Hooks hooks = hooks(LIMIT, refusing, noting("after", 1));

        assertThatThrownBy(() -> hooks.beforeEventRecord("shop", draft()))
                .isInstanceOfSatisfying(Refusal.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo("not_today");
                    assertThat(refusal.detail()).isEqualTo("closed");
                });
        ReportQuestion question = new ReportQuestion("r", new TimeRange(0, 1), null, List.of(), List.of());
        assertThatThrownBy(() -> hooks.beforeReportGenerated(question)).isInstanceOf(Refusal.class);
        assertThat(failures).isEmpty();
    }

    @Test
    void oneThatThrowsOrTakesTooLongRefusesWithoutTellingWhatIsInside() {
        Named throwing = new Named("throwing", 0) {
            @Override
            public EventDraft beforeEventRecord(String source, EventDraft event) {
                throw new IllegalStateException("secret");
            }
        };
        Named hanging = new Named("hanging", 0) {
            @Override
            public EventDraft beforeEventRecord(String source, EventDraft event) {
                sleep();
                return event;
            }
        };
        for (Named plugin : List.of(throwing, hanging)) {
            Hooks hooks = hooks(Duration.ofMillis(50), plugin);
            assertThatThrownBy(() -> hooks.beforeEventRecord("shop", draft()))
                    .isInstanceOfSatisfying(
                            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Refusal.FAILED))
                    .hasMessageContaining(plugin.name())
                    .hasMessageNotContaining("secret");
        }
        assertThat(failures).containsExactly("throwing beforeEventRecord", "hanging beforeEventRecord");
    }

    @Test
    void oneThatHangsAgainAndAgainIsSparedForAWhile() {
        AtomicInteger calls = new AtomicInteger();
        Named hanging = new Named("hanging", 0) {
            @Override
            public EventDraft beforeEventRecord(String source, EventDraft event) {
                calls.incrementAndGet();
                sleep();
                return event;
            }
        };
        Hooks hooks = hooks(Duration.ofMillis(50), hanging);
        for (int i = 0; i < 500; i++) {
            assertThatThrownBy(() -> hooks.beforeEventRecord("shop", draft())).isInstanceOf(Refusal.class);
        }
        assertThat(calls.get()).isLessThan(100);
        assertThat(failures).hasSize(500);
    }

    private static void sleep() {
        try {
            Thread.sleep(Duration.ofMinutes(5).toMillis());
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aFailingActionKeepsNobodyFromBeingTold() {
        Named failing = new Named("failing", 0) {
            @Override
            public void onEngineInit(String application) {
                throw new IllegalStateException("no");
            }

            @Override
            public void afterEventRecord(Event event) {
                throw new AssertionError("no");
            }

            @Override
            public void afterMetricsWritten(List<WrittenMetrics> written) {
                sleep();
            }

            @Override
            public void afterReportGenerated(ReportQuestion question, Duration took) {
                throw new IllegalStateException("no");
            }

            @Override
            public void onEngineShutdown() {
                throw new IllegalStateException("no");
            }
        };
        Named hearing = new Named("hearing", 1) {
            @Override
            public void onEngineInit(String application) {
                told.add("init " + application);
            }

            @Override
            public void afterEventRecord(Event event) {
                told.add("event " + event.type());
            }

            @Override
            public void afterMetricsWritten(List<WrittenMetrics> written) {
                written.forEach(one -> told.add("written " + one));
            }

            @Override
            public void afterReportGenerated(ReportQuestion question, Duration took) {
                told.add("report " + question.report());
            }

            @Override
            public void onEngineShutdown() {
                told.add("shutdown");
            }
        };
        Hooks hooks = hooks(Duration.ofMillis(500), failing, hearing);
        RollupFold fold = new RollupFold();
        fold.add(SALE, HOURLY, new FieldMetrics().generate(SALE, HOURLY));

        hooks.engineInit("ingest-api");
        hooks.afterEventRecord(List.of(SALE));
        hooks.afterMetricsWritten(fold.deltas());
        hooks.afterReportGenerated(
                new ReportQuestion("r", new TimeRange(0, 1), null, List.of(), List.of()), Duration.ZERO);
        await().atMost(LIMIT).until(() -> told.contains("report r"));
        hooks.close();

        assertThat(told)
                .containsExactly(
                        "init ingest-api",
                        "event sale",
                        "written "
                                + new WrittenMetrics(
                                        HOURLY.id(), Folding.SOURCE, "sale", Attribution.TOTAL, null, 0, 1),
                        "report r",
                        "shutdown");
        assertThat(failures)
                .containsExactly(
                        "failing onEngineInit",
                        "failing afterEventRecord",
                        "failing afterMetricsWritten",
                        "failing afterReportGenerated",
                        "failing onEngineShutdown");
    }

    @Test
    void metricsAreCollectedByNameAndThenChanged() {
        Named collecting = new Named("collecting", 0) {
            @Override
            public void onGetMetrics(Event event, Aggregation aggregation, MetricCollector collector) {
                collector.number("zeal", BigDecimal.ONE);
                collector.category("amount", "large");
                collector.category("long", "x".repeat(500));
            }
        };
        Named changing = new Named("changing", 1) {
            @Override
            public EventMetrics beforeMetricsWritten(Event event, Aggregation aggregation, EventMetrics metrics) {
                List<EventMetrics.Numeric> numbers = new ArrayList<>(metrics.numbers());
                numbers.add(new EventMetrics.Numeric("a", BigDecimal.valueOf(numbers.size())));
                return new EventMetrics(
                        metrics.attributions(), numbers, metrics.categories(), metrics.unique(), metrics.samples());
            }
        };
        PluggedMetrics metrics = new PluggedMetrics(new FieldMetrics(), hooks(LIMIT, changing, collecting));

        EventMetrics made = metrics.generate(SALE, HOURLY);

        assertThat(made.numbers())
                .containsExactly(
                        new EventMetrics.Numeric("a", BigDecimal.ONE),
                        new EventMetrics.Numeric("zeal", BigDecimal.ONE));
        assertThat(made.categories()).extracting(EventMetrics.Category::field).containsExactly("amount", "long");
        assertThat(made.categories().get(1).value().length()).isLessThanOrEqualTo(200);
        assertThat(metrics.generate(SALE, HOURLY)).isEqualTo(made);
    }

    @Test
    void whatCannotBeStoredFailsTheEventAndNotTheBatch() {
        Named tooLong = new Named("tooLong", 0) {
            @Override
            public EventMetrics beforeMetricsWritten(Event event, Aggregation aggregation, EventMetrics metrics) {
                BigDecimal digits = new BigDecimal("1".repeat(40));
                return new EventMetrics(
                        List.of(), List.of(new EventMetrics.Numeric("n", digits)), List.of(), List.of(), List.of());
            }
        };
        PluggedMetrics metrics = new PluggedMetrics(new FieldMetrics(), hooks(LIMIT, tooLong));
        assertThatThrownBy(() -> metrics.generate(SALE, HOURLY)).hasMessageContaining("34 digits");
    }

    @Test
    void withoutPluginsNothingIsChanged() {
        Hooks none = Hooks.none();
        EventDraft event = draft();
        assertThat(none.beforeEventRecord("shop", event)).isSameAs(event);
        FieldMetrics ofPayload = new FieldMetrics();
        assertThat(new PluggedMetrics(ofPayload, none).generate(SALE, HOURLY))
                .isEqualTo(ofPayload.generate(SALE, HOURLY));
        none.close();
    }
}

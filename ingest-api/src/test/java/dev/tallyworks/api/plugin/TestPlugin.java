package dev.tallyworks.api.plugin;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventDraft;
import dev.tallyworks.plugin.EngineHook;
import dev.tallyworks.plugin.EventHook;
import dev.tallyworks.plugin.MetricCollector;
import dev.tallyworks.plugin.MetricsHook;
import dev.tallyworks.plugin.Refusal;
import dev.tallyworks.plugin.ReportHook;
import dev.tallyworks.plugin.ReportQuestion;
import jakarta.inject.Singleton;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Does what the events of sources {@code plugged_…} say, and nothing to others. */
@Singleton
class TestPlugin implements EngineHook, EventHook, MetricsHook, ReportHook {
    static final String SOURCES = "plugged_";

    final List<String> told = new CopyOnWriteArrayList<>();

    @Override
    public void onEngineInit(String application) {
        told.add("init " + application);
        throw new IllegalStateException("an action that fails");
    }

    @Override
    public EventDraft beforeEventRecord(String source, EventDraft event) {
        if (!source.startsWith(SOURCES)) {
            return event;
        }
        Map<String, Object> payload = new LinkedHashMap<>(event.payload());
        Object act = payload.getOrDefault("act", "");
        if (act.equals("refuse")) {
            throw new Refusal("no_such_customer", "the customer is unknown");
        } else if (act.equals("throw")) {
            throw new IllegalStateException("secret");
        } else if (act.equals("hang")) {
            sleep();
        } else if (act.equals("mess")) {
            payload.put("mess", new Object());
        } else if (act.equals("grow")) {
            payload.put("grown", "x".repeat(300_000));
        } else if (act.equals("nothing")) {
            return event;
        }
        payload.put("region", "EU");
        payload.put("count", 3);
        payload.put("ratio", 0.5);
        List<Attribution> attributions = new ArrayList<>(event.attributions());
        attributions.add(new Attribution("region", "EU"));
        return event.with(payload, attributions);
    }

    private static void sleep() {
        try {
            Thread.sleep(Duration.ofMinutes(5).toMillis());
        } catch (InterruptedException cut) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void afterEventRecord(Event event) {
        if (event.ref().source().startsWith(SOURCES)) {
            told.add("recorded " + event.ref().uuid());
            throw new IllegalStateException("an action that fails");
        }
    }

    @Override
    public void onGetMetrics(Event event, Aggregation aggregation, MetricCollector collector) {
        if (event.payload().get("amount") instanceof BigDecimal amount
                && event.ref().source().startsWith(SOURCES)) {
            collector.number("tax", amount.multiply(new BigDecimal("0.19")));
            collector.category("size", amount.signum() < 0 ? "refund" : "sale");
        }
    }

    @Override
    public ReportQuestion beforeReportGenerated(ReportQuestion question) {
        if (question.eventTypes().contains("forbidden")) {
            throw new Refusal("not_for_you", "this type is not for you");
        }
        return question.eventTypes().contains("ours")
                ? question.withAttribution(new Attribution("customer", "acme"))
                : question;
    }

    @Override
    public void afterReportGenerated(ReportQuestion question, Duration took) {
        told.add("answered " + question.report());
    }
}

package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Report;
import dev.tallyworks.definition.Retention;
import dev.tallyworks.definition.Source;
import dev.tallyworks.time.Granularity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Definitions as answers show them: whole, with their defaults; also what a merge patch is applied to. */
final class Views {
    private Views() {}

    static ObjectNode source(Source source) {
        ObjectNode view = JsonBody.JSON.createObjectNode();
        view.put("id", source.id());
        view.put("name", source.name());
        view.put("description", source.description());
        view.set("owners", texts(source.owners()));
        putRetention(view, source.retention());
        view.put("openTypes", source.openTypes());
        ArrayNode types = view.putArray("eventTypes");
        source.eventTypes().values().forEach(type -> types.add(eventType(type)));
        view.put("createdAt", Times.format(source.createdAt()));
        view.put("updatedAt", Times.format(source.updatedAt()));
        return view;
    }

    static ObjectNode eventType(EventType type) {
        ObjectNode view = JsonBody.JSON.createObjectNode();
        view.put("name", type.name());
        view.put("description", type.description());
        String schema = type.schema();
        try {
            view.set("schema", schema == null ? null : JsonBody.JSON.readTree(schema));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a stored schema is no JSON", impossible);
        }
        view.put("createdAt", Times.format(type.createdAt()));
        view.put("updatedAt", Times.format(type.updatedAt()));
        return view;
    }

    static ObjectNode report(Report report, List<Aggregation> aggregations) {
        ObjectNode view = JsonBody.JSON.createObjectNode();
        view.put("id", report.id());
        view.put("name", report.name());
        view.put("description", report.description());
        view.put("active", report.active());
        ArrayNode list = view.putArray("aggregations");
        aggregations.forEach(aggregation -> list.add(aggregation(aggregation)));
        view.put("createdAt", Times.format(report.createdAt()));
        view.put("updatedAt", Times.format(report.updatedAt()));
        return view;
    }

    static ObjectNode aggregation(Aggregation aggregation) {
        ObjectNode view = JsonBody.JSON.createObjectNode();
        view.put("id", aggregation.id());
        view.put("report", aggregation.report());
        view.put("targetCollection", aggregation.targetCollection());
        view.put("granularity", aggregation.granularity().id());
        ObjectNode filter = view.putObject("filter");
        filter.set("sources", texts(aggregation.filter().sources()));
        filter.set("eventTypes", texts(aggregation.filter().eventTypes()));
        ObjectNode partition = view.putObject("partition");
        partition.put("enabled", aggregation.partition().enabled());
        if (aggregation.partition().length() > 0) {
            partition.put("length", aggregation.partition().length());
        }
        putRetention(view, aggregation.retention());
        ObjectNode fields = view.putObject("fields");
        fields.set("include", texts(aggregation.fields().include()));
        fields.set("exclude", texts(aggregation.fields().exclude()));
        ObjectNode limits = view.putObject("limits");
        limits.put("values", aggregation.limits().values());
        limits.put("leaves", aggregation.limits().leaves());
        view.put("realtime", aggregation.realtime());
        view.set(
                "rollupTo",
                texts(aggregation.rollupTo().stream().map(Granularity::id).toList()));
        ObjectNode sketches = view.putObject("sketches");
        sketches.set("unique", texts(aggregation.sketches().unique()));
        sketches.set("percentiles", texts(aggregation.sketches().percentiles()));
        view.put("backfill", aggregation.backfill());
        view.put("createdAt", Times.format(aggregation.createdAt()));
        view.put("updatedAt", Times.format(aggregation.updatedAt()));
        return view;
    }

    private static void putRetention(ObjectNode view, @Nullable Retention retention) {
        if (retention == null) {
            view.putNull("retention");
        } else {
            view.putObject("retention").put("hotDays", retention.hotDays()).put("offloader", retention.offloader());
        }
    }

    private static ArrayNode texts(List<String> texts) {
        ArrayNode array = JsonBody.JSON.createArrayNode();
        texts.forEach(array::add);
        return array;
    }
}

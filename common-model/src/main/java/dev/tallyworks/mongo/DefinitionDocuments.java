package dev.tallyworks.mongo;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.Definition;
import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Generation;
import dev.tallyworks.definition.Generations;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.definition.Report;
import dev.tallyworks.definition.Retention;
import dev.tallyworks.definition.Source;
import dev.tallyworks.time.Granularity;
import dev.tallyworks.time.TimeRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** Changes of definitions as documents: {@code {kind, id, definition: {…}}}, without {@code definition} where it is removed. */
final class DefinitionDocuments {
    private static final String KIND = "kind";
    private static final String DEFINITION_ID = "id";
    private static final String DEFINITION = "definition";
    private static final String NAME = "name";
    private static final String DESCRIPTION = "description";
    private static final String CREATED_AT = "createdAt";
    private static final String UPDATED_AT = "updatedAt";
    private static final String REALTIME_SINCE = "realtimeSince";
    private static final String GENERATIONS = "generations";
    private static final String START = "start";
    private static final String END = "end";
    private static final String BUILDING = "building";
    private static final String BACKFILL = "backfill";
    private static final String REPORT = "report";
    private static final String CLOSED_BEFORE = "closedBefore";

    private DefinitionDocuments() {}

    static Document write(Change change) {
        Document written =
                new Document(KIND, change.kind().name().toLowerCase(Locale.ROOT)).append(DEFINITION_ID, change.id());
        Definition definition = change.definition();
        if (definition instanceof Source source) {
            written.append(DEFINITION, write(source));
        } else if (definition instanceof Report report) {
            written.append(DEFINITION, write(report));
        } else if (definition instanceof Aggregation aggregation) {
            written.append(DEFINITION, write(aggregation));
        } else if (definition instanceof Rebuild rebuild) {
            written.append(DEFINITION, write(rebuild));
        }
        return written;
    }

    static Change read(Document written) {
        Change.Kind kind = Change.Kind.valueOf(written.getString(KIND).toUpperCase(Locale.ROOT));
        String id = written.getString(DEFINITION_ID);
        Document definition = written.get(DEFINITION, Document.class);
        if (definition == null) {
            return new Change(kind, id, null);
        }
        return new Change(
                kind,
                id,
                switch (kind) {
                    case SOURCE -> source(id, definition);
                    case REPORT -> report(id, definition);
                    case AGGREGATION -> aggregation(id, definition);
                    case REBUILD -> rebuild(id, definition);
                });
    }

    private static Document write(Source source) {
        List<Document> types = new ArrayList<>();
        for (EventType type : source.eventTypes().values()) {
            types.add(new Document(NAME, type.name())
                    .append(DESCRIPTION, type.description())
                    .append("schema", type.schema())
                    .append(CREATED_AT, Date.from(type.createdAt()))
                    .append(UPDATED_AT, Date.from(type.updatedAt())));
        }
        return new Document(NAME, source.name())
                .append("incarnation", source.incarnation())
                .append(DESCRIPTION, source.description())
                .append("owners", source.owners())
                .append("retention", write(source.retention()))
                .append("openTypes", source.openTypes())
                .append("eventTypes", types)
                .append("state", source.state().name().toLowerCase(Locale.ROOT))
                .append(CREATED_AT, Date.from(source.createdAt()))
                .append(UPDATED_AT, Date.from(source.updatedAt()));
    }

    private static Source source(String id, Document written) {
        Map<String, EventType> types = new LinkedHashMap<>();
        for (Document type : written.getList("eventTypes", Document.class)) {
            String name = type.getString(NAME);
            types.put(
                    name,
                    new EventType(
                            name,
                            type.getString(DESCRIPTION),
                            type.getString("schema"),
                            instant(type, CREATED_AT),
                            instant(type, UPDATED_AT)));
        }
        return new Source(
                id,
                written.getLong("incarnation"),
                written.getString(NAME),
                written.getString(DESCRIPTION),
                List.copyOf(written.getList("owners", String.class)),
                retention(written),
                written.getBoolean("openTypes"),
                Collections.unmodifiableMap(types),
                Source.State.valueOf(written.getString("state").toUpperCase(Locale.ROOT)),
                instant(written, CREATED_AT),
                instant(written, UPDATED_AT));
    }

    private static Document write(Report report) {
        return new Document(NAME, report.name())
                .append(DESCRIPTION, report.description())
                .append("active", report.active())
                .append(CREATED_AT, Date.from(report.createdAt()))
                .append(UPDATED_AT, Date.from(report.updatedAt()));
    }

    private static Report report(String id, Document written) {
        return new Report(
                id,
                written.getString(NAME),
                written.getString(DESCRIPTION),
                written.getBoolean("active"),
                instant(written, CREATED_AT),
                instant(written, UPDATED_AT));
    }

    private static Document write(Aggregation aggregation) {
        Document written = new Document(REPORT, aggregation.report())
                .append("generation", aggregation.generation())
                .append("targetCollection", aggregation.targetCollection());
        write(aggregation.meaning(), written);
        return written.append("retention", write(aggregation.retention()))
                .append("realtime", aggregation.realtime())
                .append(REALTIME_SINCE, date(aggregation.realtimeSince()))
                .append(BACKFILL, aggregation.backfill())
                .append(GENERATIONS, write(aggregation.generations()))
                .append(CLOSED_BEFORE, aggregation.closedBeforeMillis())
                .append(CREATED_AT, Date.from(aggregation.createdAt()))
                .append(UPDATED_AT, Date.from(aggregation.updatedAt()));
    }

    private static void write(Aggregation.Meaning meaning, Document into) {
        into.append("granularity", meaning.granularity().id())
                .append(
                        "filter",
                        new Document("sources", meaning.filter().sources())
                                .append("eventTypes", meaning.filter().eventTypes()))
                .append(
                        "partition",
                        new Document("enabled", meaning.partition().enabled())
                                .append("length", meaning.partition().length()))
                .append(
                        "fields",
                        new Document("include", meaning.fields().include())
                                .append("exclude", meaning.fields().exclude()))
                .append(
                        "limits",
                        new Document("values", meaning.limits().values())
                                .append("leaves", meaning.limits().leaves()))
                .append(
                        "rollupTo",
                        meaning.rollupTo().stream().map(Granularity::id).toList())
                .append(
                        "sketches",
                        new Document("unique", meaning.sketches().unique())
                                .append("percentiles", meaning.sketches().percentiles()));
    }

    private static Aggregation.Meaning meaning(Document written) {
        Document filter = written.get("filter", Document.class);
        Document partition = written.get("partition", Document.class);
        Document fields = written.get("fields", Document.class);
        Document limits = written.get("limits", Document.class);
        Document sketches = written.get("sketches", Document.class);
        return new Aggregation.Meaning(
                width(written.getString("granularity")),
                new Aggregation.Filter(strings(filter, "sources"), strings(filter, "eventTypes")),
                new Aggregation.Partition(partition.getBoolean("enabled"), partition.getLong("length")),
                new Aggregation.Fields(strings(fields, "include"), strings(fields, "exclude")),
                new Aggregation.Limits(limits.getInteger("values"), limits.getInteger("leaves")),
                strings(written, "rollupTo").stream()
                        .map(DefinitionDocuments::width)
                        .toList(),
                new Aggregation.Sketches(strings(sketches, "unique"), strings(sketches, "percentiles")));
    }

    private static Aggregation aggregation(String id, Document written) {
        Aggregation.Meaning meaning = meaning(written);
        int generation = written.getInteger("generation");
        Document generations = written.get(GENERATIONS, Document.class);
        return new Aggregation(
                id,
                written.getString(REPORT),
                generation,
                written.getString("targetCollection"),
                meaning.granularity(),
                meaning.filter(),
                meaning.partition(),
                retention(written),
                meaning.fields(),
                meaning.limits(),
                written.getBoolean("realtime"),
                meaning.rollupTo(),
                meaning.sketches(),
                written.getBoolean(BACKFILL),
                instant(written, CREATED_AT),
                instant(written, UPDATED_AT),
                instantOrNull(written, REALTIME_SINCE),
                generations == null ? Generations.first(generation) : generations(generations),
                written.containsKey(CLOSED_BEFORE) ? written.getLong(CLOSED_BEFORE) : Long.MIN_VALUE);
    }

    private static Document write(Generations generations) {
        Document written = new Document("last", generations.last())
                .append(
                        "eras",
                        generations.eras().stream()
                                .map(era -> write(era.generation(), new TimeRange(era.startMillis(), era.endMillis())))
                                .toList());
        Generations.Building building = generations.building();
        if (building != null) {
            Document made = write(building.generation(), building.range())
                    .append("rebuild", building.rebuild())
                    .append(BACKFILL, building.backfill());
            write(building.meaning(), made);
            written.append(BUILDING, made);
        }
        return written;
    }

    private static Generations generations(Document written) {
        Document building = written.get(BUILDING, Document.class);
        return new Generations(
                written.getList("eras", Document.class).stream()
                        .map(era -> new Generations.Era(generation(era), era.getLong(START), era.getLong(END)))
                        .toList(),
                building == null
                        ? null
                        : new Generations.Building(
                                generation(building),
                                new TimeRange(building.getLong(START), building.getLong(END)),
                                meaning(building),
                                building.getString("rebuild"),
                                building.getBoolean(BACKFILL)),
                written.getInteger("last"));
    }

    private static Document write(Generation generation, TimeRange range) {
        return new Document("number", generation.number())
                .append("version", generation.version())
                .append(REALTIME_SINCE, date(generation.realtimeSince()))
                .append(START, range.startMillis())
                .append(END, range.endMillis());
    }

    private static Generation generation(Document written) {
        return new Generation(
                written.getInteger("number"), written.getLong("version"), instantOrNull(written, REALTIME_SINCE));
    }

    private static Document write(Rebuild rebuild) {
        TimeRange range = rebuild.timeRange();
        return new Document(REPORT, rebuild.report())
                .append("aggregations", rebuild.aggregations())
                .append(
                        "timeRange",
                        range == null ? null : new Document(START, range.startMillis()).append(END, range.endMillis()))
                .append(BACKFILL, rebuild.backfill())
                .append("state", rebuild.state().name().toLowerCase(Locale.ROOT))
                .append("error", rebuild.error())
                .append(CREATED_AT, Date.from(rebuild.createdAt()))
                .append(UPDATED_AT, Date.from(rebuild.updatedAt()));
    }

    private static Rebuild rebuild(String id, Document written) {
        Document range = written.get("timeRange", Document.class);
        return new Rebuild(
                id,
                written.getString(REPORT),
                strings(written, "aggregations"),
                range == null ? null : new TimeRange(range.getLong(START), range.getLong(END)),
                written.getBoolean(BACKFILL),
                Rebuild.State.valueOf(written.getString("state").toUpperCase(Locale.ROOT)),
                written.getString("error"),
                instant(written, CREATED_AT),
                instant(written, UPDATED_AT));
    }

    private static Granularity width(String id) {
        return Granularity.byId(id).orElseThrow(() -> new IllegalStateException("stored width is unknown: " + id));
    }

    private static @Nullable Document write(@Nullable Retention retention) {
        return retention == null
                ? null
                : new Document("hotDays", retention.hotDays()).append("offloader", retention.offloader());
    }

    private static @Nullable Retention retention(Document written) {
        Document retention = written.get("retention", Document.class);
        return retention == null
                ? null
                : new Retention(retention.getInteger("hotDays"), retention.getString("offloader"));
    }

    private static List<String> strings(Document written, String name) {
        return List.copyOf(written.getList(name, String.class));
    }

    private static @Nullable Date date(@Nullable Instant instant) {
        return instant == null ? null : Date.from(instant);
    }

    private static @Nullable Instant instantOrNull(Document written, String name) {
        Date date = written.getDate(name);
        return date == null ? null : date.toInstant();
    }

    private static Instant instant(Document written, String name) {
        return written.getDate(name).toInstant();
    }
}

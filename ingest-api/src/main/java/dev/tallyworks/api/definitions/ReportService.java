package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.Ids;
import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.http.ProblemKind;
import dev.tallyworks.api.rebuild.RebuildTargets;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.DefinitionLog.Decided;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.definition.RebuildChanges;
import dev.tallyworks.definition.Report;
import dev.tallyworks.definition.Snapshot;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Defines reports and aggregations, and removes them. */
public final class ReportService {
    private static final List<String> REPORT_FIXED = List.of("id", "aggregations", "createdAt", "updatedAt");
    private static final List<String> AGGREGATION_FIXED =
            List.of("id", "report", "targetCollection", "backfill", "createdAt", "updatedAt");

    private final DefinitionLog definitions;
    private final RebuildTargets rebuilds;
    private final Clock clock;

    ReportService(DefinitionLog definitions, RebuildTargets rebuilds, Clock clock) {
        this.definitions = definitions;
        this.rebuilds = rebuilds;
        this.clock = clock;
    }

    /** A report with its aggregations. */
    record Whole(Report report, List<Aggregation> aggregations) {
        static Whole of(Snapshot snapshot, Report report) {
            return new Whole(report, snapshot.aggregationsOf(report.id()));
        }
    }

    private record GivenReport(
            String name, @Nullable String description, boolean active, List<AggregationReader.Given> aggregations) {}

    private static GivenReport read(ObjectNode body) {
        Members members = Members.of(body);
        GivenReport given = new GivenReport(
                members.name("name"),
                members.text("description"),
                members.flag("active", true),
                members.objects("aggregations", AggregationReader::aggregation));
        members.end();
        return given;
    }

    Whole create(ObjectNode body) {
        GivenReport given = read(body);
        String id = Ids.next();
        List<String> ids = given.aggregations().stream().map(one -> Ids.next()).toList();
        String rebuild = Ids.next();
        return definitions
                .<Whole>change((newest, version) -> {
                    Instant now = clock.instant();
                    Report report = new Report(id, given.name(), given.description(), given.active(), now, now);
                    List<Aggregation> made = new ArrayList<>();
                    List<Change> changes = new ArrayList<>(List.of(Change.set(report)));
                    for (int i = 0; i < ids.size(); i++) {
                        AggregationReader.Given one = given.aggregations().get(i);
                        Aggregation aggregation = make(ids.get(i), id, one, now);
                        checkSources(newest, aggregation, "/aggregations/" + i);
                        List<Aggregation> others = new ArrayList<>(newest.aggregations());
                        others.addAll(made);
                        checkOthers(others, aggregation);
                        made.add(aggregation);
                    }
                    changes.addAll(filled(newest, rebuild, made, version, now));
                    return new Decided<>(changes, new Whole(report, made));
                })
                .result();
    }

    List<Whole> all() {
        Snapshot snapshot = definitions.refresh();
        return snapshot.reports().stream()
                .map(report -> Whole.of(snapshot, report))
                .toList();
    }

    Whole get(String id) {
        Snapshot snapshot = definitions.refresh();
        return Whole.of(snapshot, find(snapshot, id));
    }

    private static Report find(Snapshot snapshot, String id) {
        return snapshot.report(id).orElseThrow(() -> Problem.notFound("There is no report '" + id + "'."));
    }

    Whole patch(String id, ObjectNode patch) {
        return definitions
                .<Whole>change((newest, version) -> {
                    Whole there = Whole.of(newest, find(newest, id));
                    ObjectNode merged =
                            MergePatch.apply(Views.report(there.report, there.aggregations), patch, REPORT_FIXED);
                    merged.remove(REPORT_FIXED);
                    GivenReport given = read(merged);
                    Report old = there.report;
                    boolean same = old.name().equals(given.name)
                            && Objects.equals(old.description(), given.description)
                            && old.active() == given.active;
                    if (same) {
                        return new Decided<>(List.of(), there);
                    }
                    Report patched = new Report(
                            id, given.name, given.description, given.active, old.createdAt(), clock.instant());
                    return new Decided<>(List.of(Change.set(patched)), new Whole(patched, there.aggregations));
                })
                .result();
    }

    void delete(String id) {
        definitions.change((newest, version) -> {
            Report report = find(newest, id);
            List<Change> changes = new ArrayList<>(List.of(Change.remove(report)));
            newest.aggregationsOf(id).forEach(aggregation -> changes.add(Change.remove(aggregation)));
            newest.rebuilds().stream()
                    .filter(rebuild -> rebuild.report().equals(id))
                    .forEach(rebuild -> changes.add(Change.remove(rebuild)));
            return new Decided<>(changes, report);
        });
    }

    Aggregation add(String report, ObjectNode body) {
        Members members = Members.of(body);
        AggregationReader.Given given = AggregationReader.aggregation(members);
        find(definitions.refresh(), report);
        members.end();
        String id = Ids.next();
        String rebuild = Ids.next();
        return definitions
                .<Aggregation>change((newest, version) -> {
                    find(newest, report);
                    Instant now = clock.instant();
                    Aggregation aggregation = make(id, report, given, now);
                    checkSources(newest, aggregation, "");
                    checkOthers(newest.aggregations(), aggregation);
                    return new Decided<>(filled(newest, rebuild, List.of(aggregation), version, now), aggregation);
                })
                .result();
    }

    /** Adds aggregations, and begins a rebuild of those that are to be filled with what came before them. */
    private static List<Change> filled(
            Snapshot newest, String rebuild, List<Aggregation> made, long version, Instant now) {
        List<Change> changes = new ArrayList<>();
        List<RebuildChanges.Target> targets = new ArrayList<>();
        for (Aggregation aggregation : made) {
            if (aggregation.backfill()) {
                targets.add(RebuildTargets.backfill(newest, aggregation, now));
            } else {
                changes.add(Change.set(aggregation));
            }
        }
        if (!targets.isEmpty()) {
            List<String> ids =
                    targets.stream().map(target -> target.aggregation().id()).toList();
            String report = targets.get(0).aggregation().report();
            changes.addAll(RebuildChanges.begin(
                    RebuildTargets.rebuild(rebuild, report, ids, null, true, now), targets, version, now));
        }
        return changes;
    }

    List<Aggregation> aggregations(String report) {
        return get(report).aggregations;
    }

    Aggregation aggregation(String report, String id) {
        return find(definitions.refresh(), report, id);
    }

    private static Aggregation find(Snapshot snapshot, String report, String id) {
        find(snapshot, report);
        return snapshot.aggregation(id)
                .filter(aggregation -> aggregation.report().equals(report))
                .orElseThrow(() -> Problem.notFound("The report '" + report + "' has no aggregation '" + id + "'."));
    }

    /** @param rebuild what makes the numbers of the aggregation's new meaning; null where that is the old one */
    record Patched(Aggregation aggregation, @Nullable Rebuild rebuild) {}

    /** @param rebuild whether what changes the meaning of stored numbers makes them anew; else it is refused */
    Patched patch(String report, String id, ObjectNode patch, boolean rebuild) {
        String rebuildId = Ids.next();
        return definitions
                .<Patched>change((newest, version) -> {
                    Aggregation old = find(newest, report, id);
                    ObjectNode merged = MergePatch.apply(Views.aggregation(old), patch, AGGREGATION_FIXED);
                    merged.remove(List.of("id", "report", "createdAt", "updatedAt"));
                    Members members = Members.of(merged);
                    AggregationReader.Given given = AggregationReader.aggregation(members);
                    members.end();
                    Instant now = clock.instant();
                    Aggregation.Meaning meaning = given.meaning();
                    Aggregation patched = old.with(given.retention(), given.realtime(), now);
                    boolean same = Objects.equals(patched.retention(), old.retention())
                            && patched.realtime() == old.realtime();
                    if (meaning.equals(old.meaning())) {
                        return same
                                ? new Decided<>(List.of(), new Patched(old, null))
                                : new Decided<>(List.of(Change.set(patched)), new Patched(patched, null));
                    }
                    if (!rebuild) {
                        throw Problem.conflict(
                                "This would change the meaning of numbers that are stored; a rebuild does it: "
                                        + "PATCH /api/v1/reports/" + report + "/aggregations/" + id
                                        + "?rebuild=true with the same body.");
                    }
                    return begin(rebuildId, newest, same ? old : patched, meaning, version, now);
                })
                .result();
    }

    private Decided<Patched> begin(
            String rebuild,
            Snapshot newest,
            Aggregation aggregation,
            Aggregation.Meaning meaning,
            long version,
            Instant now) {
        RebuildChanges.Target target = rebuilds.target(newest, aggregation, meaning, null, now);
        Rebuild begun =
                RebuildTargets.rebuild(rebuild, aggregation.report(), List.of(aggregation.id()), null, false, now);
        List<Change> changes = RebuildChanges.begin(begun, List.of(target), version, now);
        Aggregation building = changes.stream()
                .flatMap(change -> change.definition() instanceof Aggregation made ? Stream.of(made) : Stream.empty())
                .findFirst()
                .orElseThrow();
        Aggregation built = building.asBuilt();
        if (built != null) {
            checkSources(newest, built, "");
        }
        checkOthers(
                newest.aggregations().stream()
                        .filter(other -> !other.id().equals(aggregation.id()))
                        .toList(),
                building);
        return new Decided<>(changes, new Patched(building, begun));
    }

    void delete(String report, String id) {
        definitions.change((newest, version) -> {
            Aggregation aggregation = find(newest, report, id);
            return new Decided<>(List.of(Change.remove(aggregation)), aggregation);
        });
    }

    private static Aggregation make(String id, String report, AggregationReader.Given given, Instant now) {
        return new Aggregation(
                id,
                report,
                1,
                given.targetCollection(),
                given.granularity(),
                given.filter(),
                given.partition(),
                given.retention(),
                given.fields(),
                given.limits(),
                given.realtime(),
                given.rollupTo(),
                given.sketches(),
                given.backfill(),
                now,
                now);
    }

    private static void checkSources(Snapshot newest, Aggregation made, String pointer) {
        List<String> sources = made.filter().sources();
        List<Problem.Item> unknown = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            String source = sources.get(i);
            if (!source.equals(Aggregation.BUILT_IN_SOURCE)
                    && newest.source(source).isEmpty()) {
                unknown.add(Problem.Item.at(
                        pointer + "/filter/sources/" + i,
                        Problem.UNKNOWN_NAME,
                        "There is no source '" + source + "'; sources are named by their ids."));
            }
        }
        if (!unknown.isEmpty()) {
            throw Problem.of(ProblemKind.INVALID, unknown.get(0).detail(), unknown);
        }
    }

    private static void checkOthers(Collection<Aggregation> others, Aggregation made) {
        for (Aggregation other : others) {
            if (Aggregation.targetsClash(made.targetCollection(), other.targetCollection())) {
                throw Problem.conflict(
                        "The target collection '" + made.targetCollection() + "' is, or could be taken for a part of, '"
                                + other.targetCollection() + "' of the aggregation '" + other.id() + "'.");
            }
            if (other.report().equals(made.report()) && other.sharesEventsWith(made)) {
                throw Problem.conflict(
                        "The aggregation '" + other.id() + "' of the same report counts some of these events already; "
                                + "an event counts once in a report.");
            }
        }
    }
}

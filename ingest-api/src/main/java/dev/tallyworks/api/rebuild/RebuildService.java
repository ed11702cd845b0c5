package dev.tallyworks.api.rebuild;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.Ids;
import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Page;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.http.ProblemKind;
import dev.tallyworks.api.http.TimeRanges;
import dev.tallyworks.api.http.Times;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.DefinitionLog.Decided;
import dev.tallyworks.definition.Rebuild;
import dev.tallyworks.definition.RebuildChanges;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.rebuild.Progress;
import dev.tallyworks.rebuild.Rebuilds;
import dev.tallyworks.time.TimeRange;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Begins rebuilds, tells how far they are, and cancels them; the workers do them. */
public final class RebuildService {
    private final DefinitionLog definitions;
    private final Rebuilds rebuilds;
    private final RebuildTargets targets;
    private final Clock clock;

    public RebuildService(DefinitionLog definitions, Rebuilds rebuilds, RebuildTargets targets, Clock clock) {
        this.definitions = definitions;
        this.rebuilds = rebuilds;
        this.targets = targets;
        this.clock = clock;
    }

    RebuildView begin(String report, ObjectNode body) {
        Members members = Members.of(body);
        TimeRange asked = TimeRanges.optional(members);
        List<String> named = members.texts("aggregations");
        check(definitions.refresh(), report);
        members.end();
        String id = Ids.next();
        Rebuild begun = definitions
                .<Rebuild>change((newest, version) -> {
                    check(newest, report);
                    Instant now = clock.instant();
                    List<Aggregation> aggregations = find(newest, report, named);
                    List<RebuildChanges.Target> all = new ArrayList<>();
                    for (Aggregation aggregation : aggregations) {
                        all.add(targets.target(newest, aggregation, aggregation.meaning(), asked, now));
                    }
                    Rebuild rebuild = RebuildTargets.rebuild(
                            id,
                            report,
                            aggregations.stream().map(Aggregation::id).toList(),
                            asked,
                            false,
                            now);
                    return new Decided<>(RebuildChanges.begin(rebuild, all, version, now), rebuild);
                })
                .result();
        return view(begun);
    }

    private static void check(Snapshot snapshot, String report) {
        if (snapshot.report(report).isEmpty()) {
            throw Problem.notFound("There is no report '" + report + "'.");
        }
    }

    /** @param named ids; empty for all */
    private static List<Aggregation> find(Snapshot newest, String report, List<String> named) {
        List<Aggregation> all = newest.aggregationsOf(report).stream()
                .sorted(Comparator.comparing(Aggregation::id))
                .toList();
        if (all.isEmpty()) {
            throw Problem.conflict("The report '" + report + "' has no aggregation whose numbers could be rebuilt.");
        }
        List<Problem.Item> unknown = new ArrayList<>();
        for (int i = 0; i < named.size(); i++) {
            String id = named.get(i);
            if (all.stream().noneMatch(one -> one.id().equals(id))) {
                unknown.add(Problem.Item.at(
                        "/aggregations/" + i,
                        Problem.UNKNOWN_NAME,
                        "The report '" + report + "' has no aggregation '" + id + "'; aggregations are named by their"
                                + " ids."));
            }
        }
        if (!unknown.isEmpty()) {
            throw Problem.of(ProblemKind.INVALID, unknown.get(0).detail(), unknown);
        }
        return named.isEmpty()
                ? all
                : all.stream().filter(one -> named.contains(one.id())).toList();
    }

    /** As it is now. */
    public RebuildView view(Rebuild rebuild) {
        return view(rebuild, rebuilds.progress(List.of(rebuild.id())));
    }

    private RebuildView view(Rebuild rebuild, Map<String, Progress> progress) {
        return RebuildView.of(rebuild, progress.getOrDefault(rebuild.id(), Progress.NONE), clock.millis());
    }

    /** In the order in which they were begun. */
    Page<RebuildView> list(String report, @Nullable String limit, @Nullable String cursor) {
        Snapshot snapshot = definitions.refresh();
        check(snapshot, report);
        List<Rebuild> all = snapshot.rebuilds().stream()
                .filter(rebuild -> rebuild.report().equals(report))
                .toList();
        Page<Rebuild> page = Page.of(all, one -> Times.format(one.createdAt()) + " " + one.id(), limit, cursor);
        Map<String, Progress> progress =
                rebuilds.progress(page.items().stream().map(Rebuild::id).toList());
        return new Page<>(
                page.items().stream().map(rebuild -> view(rebuild, progress)).toList(), page.nextCursor());
    }

    RebuildView get(String report, String id) {
        // The progress is read first: what is done by then is done in what is read next.
        Map<String, Progress> progress = rebuilds.progress(List.of(id));
        return view(find(definitions.refresh(), report, id), progress);
    }

    private static Rebuild find(Snapshot snapshot, String report, String id) {
        check(snapshot, report);
        return snapshot.rebuild(id)
                .filter(rebuild -> rebuild.report().equals(report))
                .orElseThrow(() -> Problem.notFound("The report '" + report + "' has no rebuild '" + id + "'."));
    }

    /** Nothing happens where it is over. */
    RebuildView cancel(String report, String id) {
        Snapshot after = definitions
                .<Rebuild>change((newest, version) -> new Decided<>(
                        RebuildChanges.stop(newest, id, Rebuild.State.CANCELLED, null, clock.instant()),
                        find(newest, report, id)))
                .snapshot();
        return view(find(after, report, id));
    }
}

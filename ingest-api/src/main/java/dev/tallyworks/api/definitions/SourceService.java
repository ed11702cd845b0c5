package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.DefinitionLog.Decided;
import dev.tallyworks.definition.EventType;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.failure.Unavailable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Defines sources and event types, and removes them. */
public final class SourceService {
    private static final List<String> FIXED = List.of("id", "name", "eventTypes", "createdAt", "updatedAt");

    /** Beside the wait itself; stores may be slow, and clocks differ. */
    private static final Duration ABANDONED_AFTER = Duration.ofSeconds(60);

    private static final int TYPES_MAX = 1_000;
    private static final long SCHEMAS_CHARACTERS_MAX = 2_000_000;

    private final DefinitionLog definitions;
    private final RawEvents events;
    private final SourceReader reader;
    private final Clock clock;
    private final Duration commitDeadline;

    /**
     * @param commitDeadline how long an intake commit may be answered under definitions that were superseded meanwhile
     */
    SourceService(
            DefinitionLog definitions, RawEvents events, SourceReader reader, Clock clock, Duration commitDeadline) {
        this.definitions = definitions;
        this.events = events;
        this.reader = reader;
        this.clock = clock;
        this.commitDeadline = commitDeadline;
    }

    /** @param created whether it is new */
    record Answer<T>(T definition, boolean created) {}

    Answer<Source> create(ObjectNode body) {
        Members members = Members.of(body);
        SourceReader.Given given = reader.source(members);
        members.end();
        if (given.id().equals(Aggregation.BUILT_IN_SOURCE)) {
            throw Problem.conflict("The id '" + given.id() + "' is that of a built-in source.");
        }
        return definitions
                .<Answer<Source>>change((newest, version) -> {
                    Source there = newest.source(given.id()).orElse(null);
                    return there == null ? createNew(given, version) : extend(there, given);
                })
                .result();
    }

    private Decided<Answer<Source>> createNew(SourceReader.Given given, long version) {
        Instant now = clock.instant();
        Source source = new Source(
                given.id(),
                version,
                given.name(),
                given.description(),
                given.owners(),
                given.retention(),
                given.openTypes(),
                withTypes(Map.of(), given.eventTypes(), now),
                Source.State.OPEN,
                now,
                now);
        return new Decided<>(List.of(Change.set(source)), new Answer<>(source, true));
    }

    private Decided<Answer<Source>> extend(Source there, SourceReader.Given given) {
        if (!there.name().equals(given.name())) {
            throw Problem.conflict("The name '" + given.name() + "' has the same id '" + there.id()
                    + "' as the source '" + there.name() + "'.");
        }
        refuseWhereGoing(there);
        List<SourceReader.GivenType> added = given.eventTypes().stream()
                .filter(type -> !there.eventTypes().containsKey(type.name()))
                .toList();
        if (added.isEmpty()) {
            return new Decided<>(List.of(), new Answer<>(there, false));
        }
        Instant now = clock.instant();
        Source extended = there.withEventTypes(withTypes(there.eventTypes(), added, now), now);
        return new Decided<>(List.of(Change.set(extended)), new Answer<>(extended, false));
    }

    /** A version of a source is one document of the store, and is kept in memory. */
    private static void checkSize(Map<String, EventType> types) {
        long characters = types.values().stream()
                .mapToLong(type -> type.schema() == null ? 0 : type.schema().length())
                .sum();
        if (types.size() > TYPES_MAX || characters > SCHEMAS_CHARACTERS_MAX) {
            throw Problem.invalid(Problem.Item.of(
                    Problem.INVALID_VALUE,
                    "A source has at most " + TYPES_MAX + " event types, whose schemas have at most "
                            + SCHEMAS_CHARACTERS_MAX + " characters together."));
        }
    }

    private static Map<String, EventType> withTypes(
            Map<String, EventType> there, List<SourceReader.GivenType> given, Instant now) {
        Map<String, EventType> types = new LinkedHashMap<>(there);
        for (SourceReader.GivenType type : given) {
            EventType old = types.get(type.name());
            types.put(
                    type.name(),
                    new EventType(
                            type.name(), type.description(), type.schema(), old == null ? now : old.createdAt(), now));
        }
        checkSize(types);
        return Collections.unmodifiableMap(types);
    }

    private static Source refuseWhereGoing(Source there) {
        if (there.state() != Source.State.OPEN) {
            throw Problem.conflict("The source '" + there.id() + "' is being removed; try again when it is gone.");
        }
        return there;
    }

    List<Source> all() {
        return List.copyOf(definitions.refresh().sources());
    }

    Source get(String id) {
        return find(definitions.refresh(), id);
    }

    private static Source find(Snapshot snapshot, String id) {
        return snapshot.source(id).orElseThrow(() -> Problem.notFound("There is no source '" + id + "'."));
    }

    Source patch(String id, ObjectNode patch) {
        return definitions
                .<Source>change((newest, version) -> {
                    Source there = refuseWhereGoing(find(newest, id));
                    ObjectNode merged = MergePatch.apply(Views.source(there), patch, FIXED);
                    FIXED.stream().filter(member -> !member.equals("name")).forEach(merged::remove);
                    Members members = Members.of(merged);
                    SourceReader.Given given = reader.source(members);
                    members.end();
                    Source patched = there.with(
                            given.description(), given.owners(), given.retention(), given.openTypes(), clock.instant());
                    return patched.sameAs(there)
                            ? new Decided<>(List.of(), there)
                            : new Decided<>(List.of(Change.set(patched)), patched);
                })
                .result();
    }

    Answer<EventType> putType(String id, String name, ObjectNode body) {
        Members members = Members.of(body);
        if (members.has("name")) {
            if (!name.equals(members.text("name"))) {
                members.invalid("name", Problem.INVALID_VALUE, "'name' must be the one in the path.");
            }
        }
        int length = name.codePointCount(0, name.length());
        if (length < 1 || length > 100) {
            throw Problem.invalid(Problem.Item.of(
                    Problem.INVALID_VALUE,
                    "The event type's name must have 1 to 100 characters, it has " + length + "."));
        }
        SourceReader.GivenType given = reader.type(name, members);
        members.end();
        return definitions
                .<Answer<EventType>>change((newest, version) -> {
                    Source there = refuseWhereGoing(find(newest, id));
                    Instant now = clock.instant();
                    boolean created = !there.eventTypes().containsKey(name);
                    Source changed = there.withEventTypes(withTypes(there.eventTypes(), List.of(given), now), now);
                    EventType type = changed.eventTypes().get(name);
                    return new Decided<>(List.of(Change.set(changed)), new Answer<>(type, created));
                })
                .result();
    }

    void deleteType(String id, String name) {
        definitions.change((newest, version) -> {
            Source there = refuseWhereGoing(find(newest, id));
            if (!there.eventTypes().containsKey(name)) {
                throw Problem.notFound("The source '" + id + "' has no event type '" + name + "'.");
            }
            Map<String, EventType> types = new LinkedHashMap<>(there.eventTypes());
            types.remove(name);
            Source changed = there.withEventTypes(Collections.unmodifiableMap(types), clock.instant());
            return new Decided<>(List.of(Change.set(changed)), changed);
        });
    }

    /**
     * Removes a source that has no events and is named by nothing, in two versions: the first refuses intake; when no commit
     * under an older one can be answered any more, the second removes it if that is still right.
     */
    void delete(String id) {
        Source there = get(id);
        if (there.state() == Source.State.PURGING) {
            refuseWhereGoing(there);
        }
        refuseWhereNeeded(definitions.known(), there);
        Source closed = setState(there, Source.State.CLOSING);
        try {
            await(commitDeadline);
            refuseWhereNeeded(definitions.refresh(), closed);
        } catch (RuntimeException stillNeededOrUnknown) {
            reopen(closed);
            throw stillNeededOrUnknown;
        }
        definitions.change((newest, version) -> {
            Source last = newest.source(id).orElse(null);
            if (last == null || last.incarnation() != closed.incarnation()) {
                return new Decided<>(List.of(), "gone");
            }
            if (last.state() != Source.State.CLOSING) {
                throw Problem.conflict("The source '" + id + "' was changed meanwhile.");
            }
            Set<String> named = namedBy(newest, id);
            if (!named.isEmpty()) {
                return new Decided<>(List.of(Change.set(last.withState(Source.State.OPEN, clock.instant()))), "named");
            }
            return new Decided<>(List.of(Change.remove(last)), "removed");
        });
        if (definitions.known().source(id).isPresent()) {
            refuseWhereNeeded(definitions.known(), closed);
        }
    }

    /** Takes events again, unless somebody else has decided meanwhile. */
    private void reopen(Source closed) {
        definitions.change((newest, version) -> {
            Source last = newest.source(closed.id()).orElse(null);
            boolean mine =
                    last != null && last.incarnation() == closed.incarnation() && last.state() == Source.State.CLOSING;
            return new Decided<>(
                    mine ? List.of(Change.set(last.withState(Source.State.OPEN, clock.instant()))) : List.of(), mine);
        });
    }

    /** Lets sources take events again whose deletion was begun by a process that has died since. Run now and then. */
    public void reopenAbandoned() {
        Instant abandoned = clock.instant().minus(commitDeadline).minus(ABANDONED_AFTER);
        for (Source source : definitions.refresh().sources()) {
            if (source.state() == Source.State.CLOSING && source.updatedAt().isBefore(abandoned)) {
                reopen(source);
            }
        }
    }

    /** Begins to remove a source with all that is of it; the workers go on with it. */
    void purge(String id) {
        setState(get(id), Source.State.PURGING);
    }

    private Source setState(Source source, Source.State state) {
        return definitions
                .<Source>change((newest, version) -> {
                    Source there = find(newest, source.id());
                    if (there.state() == state) {
                        return new Decided<>(List.of(), there);
                    }
                    if (there.incarnation() != source.incarnation() || there.state() == Source.State.PURGING) {
                        throw Problem.conflict("The source '" + source.id() + "' was changed meanwhile.");
                    }
                    Source changed = there.withState(state, clock.instant());
                    return new Decided<>(List.of(Change.set(changed)), changed);
                })
                .result();
    }

    private void refuseWhereNeeded(Snapshot snapshot, Source source) {
        Set<String> named = namedBy(snapshot, source.id());
        if (!named.isEmpty()) {
            throw Problem.conflict("The source '" + source.id() + "' is named by the aggregations "
                    + String.join(", ", named) + "; remove them first, or use ?purge=true.");
        }
        if (events.hasAny(source.id(), source.incarnation())) {
            throw Problem.conflict("The source '" + source.id() + "' has events; ?purge=true removes them with it.");
        }
    }

    private static Set<String> namedBy(Snapshot snapshot, String id) {
        Set<String> named = new TreeSet<>();
        snapshot.aggregations().stream()
                .filter(aggregation -> DefinitionLog.names(aggregation, id))
                .forEach(aggregation -> named.add(aggregation.id()));
        return named;
    }

    private static void await(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted", interrupted);
        }
    }
}

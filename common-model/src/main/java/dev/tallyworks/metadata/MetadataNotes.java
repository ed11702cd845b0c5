package dev.tallyworks.metadata;

import dev.tallyworks.event.Attribution;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.EventRef;
import dev.tallyworks.metric.PayloadScalars;
import dev.tallyworks.rollup.RollupDelta;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Notes what is about to be written, before it is: a process that dies in between leaves a name too many, never one too few.
 * What a process has noted it remembers, so that nearly always nothing is written. Names are bounded; those beyond are not
 * noted.
 */
public final class MetadataNotes {
    /** Names of one kind of one subject. */
    static final int NAMES_MAX = 1_000;
    /** Characters of all names of one subject. */
    static final int CHARACTERS_MAX = 200_000;
    /** Beyond so many, all are forgotten and read again as they are met. */
    private static final int SUBJECTS_MAX = 10_000;

    private final Metadata metadata;
    private final Map<Subject, Known> remembered = new ConcurrentHashMap<>();

    public MetadataNotes(Metadata metadata) {
        this.metadata = metadata;
    }

    /**
     * Notes events that are about to be recorded.
     *
     * @param events all of one source and incarnation
     */
    public void events(Collection<Event> events) {
        if (events.isEmpty()) {
            return;
        }
        EventRef first = events.iterator().next().ref();
        Subject subject = new Subject.OfSource(first.source(), first.incarnation());
        load(List.of(subject));
        Facts known = known(subject).facts;
        Facts seen = new Facts();
        for (Event event : events) {
            add(NameKind.EVENT_TYPE, event.type(), known, seen);
            for (Attribution attribution : event.attributions()) {
                add(NameKind.ATTRIBUTION_TYPE, attribution.type(), known, seen);
            }
            PayloadScalars.forEach(event.payload(), (path, value) -> add(kind(value), path, known, seen));
        }
        note(Map.of(subject, seen));
    }

    /** Each name of each event is looked up, and hardly ever anything else is done. */
    private static void add(NameKind kind, String name, Facts known, Facts seen) {
        if (!known.has(kind, name)) {
            seen.add(kind, name);
        }
    }

    private static NameKind kind(Object value) {
        if (value instanceof BigDecimal) {
            return NameKind.NUMBER;
        }
        return value instanceof Boolean ? NameKind.BOOLEAN : NameKind.STRING;
    }

    /** Notes rollups that are about to be added to. */
    public void rollups(Collection<RollupDelta> deltas) {
        Map<Subject, Facts> seen = new HashMap<>();
        for (RollupDelta delta : deltas) {
            RollupDelta.Target target = delta.target();
            Subject subject = new Subject.OfAggregation(
                    target.series().aggregation(), target.series().generation(), target.source(), target.incarnation());
            Facts facts = seen.computeIfAbsent(subject, of -> new Facts());
            if (!target.series().attributionType().equals(Attribution.TOTAL)) {
                facts.add(NameKind.ATTRIBUTION_TYPE, target.series().attributionType());
            } else if (isOfStorageWidth(target)) {
                facts.add(NameKind.EVENT_TYPE, target.eventType()).cover(target.bucketMillis());
                delta.numbers().keySet().forEach(field -> facts.add(NameKind.NUMBER, field));
                delta.categories().keySet().forEach(field -> facts.add(NameKind.GROUPABLE, field));
            }
        }
        note(seen);
    }

    /** Coarser levels have the width's name in that of their collection, after a dot. */
    private static boolean isOfStorageWidth(RollupDelta.Target target) {
        return target.collection().indexOf('.') < 0;
    }

    private void note(Map<Subject, Facts> seen) {
        load(seen.keySet());
        Map<Subject, Facts> news = new LinkedHashMap<>();
        seen.forEach((subject, facts) -> {
            Facts unknown = known(subject).newIn(facts);
            if (!unknown.isEmpty()) {
                news.put(subject, unknown);
            }
        });
        if (!news.isEmpty()) {
            metadata.add(news);
            news.forEach((subject, facts) -> known(subject).learn(facts));
        }
    }

    private Known known(Subject subject) {
        return remembered.computeIfAbsent(subject, of -> new Known());
    }

    private void load(Collection<Subject> subjects) {
        List<Subject> unknown = subjects.stream()
                .filter(subject -> !remembered.containsKey(subject))
                .toList();
        if (!unknown.isEmpty()) {
            Map<Subject, Facts> found = metadata.find(unknown);
            if (remembered.size() + unknown.size() > SUBJECTS_MAX) {
                remembered.clear();
            }
            unknown.forEach(subject -> known(subject).learn(found.getOrDefault(subject, new Facts())));
        }
    }

    /** What is stored of a subject for sure. */
    private static final class Known {
        /** Read by many at once, and replaced as a whole. */
        private volatile Facts facts = new Facts();

        private long characters;

        synchronized Facts newIn(Facts seen) {
            Facts news = new Facts();
            long[] room = {CHARACTERS_MAX - characters};
            seen.forEachName((kind, name) -> {
                boolean full =
                        facts.names(kind).size() + news.names(kind).size() >= NAMES_MAX || name.length() > room[0];
                if (!facts.has(kind, name) && !full) {
                    news.add(kind, name);
                    room[0] -= name.length();
                }
            });
            if (seen.firstMillis() < facts.firstMillis()) {
                news.cover(seen.firstMillis());
            }
            if (seen.lastMillis() > facts.lastMillis()) {
                news.cover(seen.lastMillis());
            }
            return news;
        }

        synchronized void learn(Facts news) {
            if (news.isEmpty()) {
                return;
            }
            news.forEachName((kind, name) -> characters += facts.has(kind, name) ? 0 : name.length());
            facts = new Facts().addAll(facts).addAll(news);
        }
    }
}

package dev.tallyworks.mongo;

import dev.tallyworks.event.EventRef;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Events of one incarnation of a source: what one call to its collection can be about. */
record SourceEvents(String source, long incarnation, List<String> uuids) {
    private record Incarnation(String source, long number) {}

    /** In the order in which sources first come. */
    static List<SourceEvents> of(Collection<EventRef> events) {
        Map<Incarnation, SourceEvents> bySource = new LinkedHashMap<>();
        for (EventRef event : events) {
            bySource.computeIfAbsent(
                            new Incarnation(event.source(), event.incarnation()),
                            key -> new SourceEvents(key.source, key.number, new ArrayList<>()))
                    .uuids
                    .add(event.uuid());
        }
        return List.copyOf(bySource.values());
    }
}

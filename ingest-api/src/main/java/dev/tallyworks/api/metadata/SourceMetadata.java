package dev.tallyworks.api.metadata;

import dev.tallyworks.api.http.Times;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.metadata.Facts;
import dev.tallyworks.metadata.NameKind;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Of the events recorded. All lists in the order of their names.
 *
 * @param firstEvent the smallest timestamp, null where there is no event
 */
public record SourceMetadata(
        List<String> eventTypes,
        List<Field> fields,
        List<String> attributionTypes,
        @Nullable String firstEvent,
        @Nullable String lastEvent) {
    private static final List<NameKind> KINDS = List.of(NameKind.NUMBER, NameKind.STRING, NameKind.BOOLEAN);

    /** @param kinds what its values were: "number", "string", "boolean" */
    public record Field(String name, List<String> kinds) {}

    static SourceMetadata of(Facts facts, RawEvents.@Nullable TimeSpan span) {
        SortedSet<String> names = new TreeSet<>();
        KINDS.forEach(kind -> names.addAll(facts.names(kind)));
        List<Field> fields = new ArrayList<>();
        for (String name : names) {
            List<String> kinds = KINDS.stream()
                    .filter(kind -> facts.has(kind, name))
                    .map(SourceMetadata::word)
                    .toList();
            fields.add(new Field(name, kinds));
        }
        return new SourceMetadata(
                sorted(facts, NameKind.EVENT_TYPE),
                fields,
                sorted(facts, NameKind.ATTRIBUTION_TYPE),
                span == null ? null : Times.format(span.firstMillis()),
                span == null ? null : Times.format(span.lastMillis()));
    }

    private static String word(NameKind kind) {
        return switch (kind) {
            case NUMBER -> "number";
            case BOOLEAN -> "boolean";
            default -> "string";
        };
    }

    static List<String> sorted(Facts facts, NameKind kind) {
        return facts.names(kind).stream().sorted().toList();
    }
}

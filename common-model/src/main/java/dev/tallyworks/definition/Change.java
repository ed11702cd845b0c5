package dev.tallyworks.definition;

import org.jspecify.annotations.Nullable;

/**
 * One definition's part of a new version.
 *
 * @param definition the definition whole; null where it is removed
 */
public record Change(Kind kind, String id, @Nullable Definition definition) {
    public enum Kind {
        SOURCE,
        REPORT,
        AGGREGATION,
        REBUILD
    }

    public static Change set(Definition definition) {
        return new Change(kindOf(definition), definition.id(), definition);
    }

    public static Change remove(Definition definition) {
        return new Change(kindOf(definition), definition.id(), null);
    }

    private static Kind kindOf(Definition definition) {
        if (definition instanceof Source) {
            return Kind.SOURCE;
        }
        if (definition instanceof Report) {
            return Kind.REPORT;
        }
        return definition instanceof Aggregation ? Kind.AGGREGATION : Kind.REBUILD;
    }
}

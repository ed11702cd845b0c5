package dev.tallyworks.metadata;

/** What a name is the name of. */
public enum NameKind {
    EVENT_TYPE,
    ATTRIBUTION_TYPE,
    /** A field that was a number at least once; a field may be of several kinds. */
    NUMBER,
    STRING,
    BOOLEAN,
    /** A field of an aggregation that numbers are grouped by: a string or a boolean. */
    GROUPABLE
}

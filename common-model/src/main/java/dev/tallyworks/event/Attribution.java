package dev.tallyworks.event;

/**
 * What an event is counted for beside the total, such as {@code customer: acme}.
 *
 * @param type not empty, not {@value #TOTAL}
 * @param value not empty
 */
public record Attribution(String type, String value) {
    /** The reserved type under which every event counts once. */
    public static final String TOTAL = "_total";

    public Attribution {
        if (type.isEmpty() || type.equals(TOTAL)) {
            throw new IllegalArgumentException("attribution type must be non-empty and not " + TOTAL + ": " + type);
        }
        if (value.isEmpty()) {
            throw new IllegalArgumentException("attribution value must be non-empty, of type " + type);
        }
    }
}

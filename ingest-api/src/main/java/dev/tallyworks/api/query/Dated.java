package dev.tallyworks.api.query;

import org.jspecify.annotations.Nullable;

/** One point of an answer, whatever its value is. */
public interface Dated {
    /** When its unit began, or its value was recorded. */
    String timestamp();

    /** Of what it is, where its metric is broken down. */
    default @Nullable String category() {
        return null;
    }
}

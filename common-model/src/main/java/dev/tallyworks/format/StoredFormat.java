package dev.tallyworks.format;

import java.util.OptionalInt;

/** The number that stands in the store. Failures as those of the events' store. */
public interface StoredFormat {
    /** Empty where nothing has been stored yet. */
    OptionalInt standing();

    /** Writes the number down, unless a larger one stands there. */
    void raiseTo(int written);
}

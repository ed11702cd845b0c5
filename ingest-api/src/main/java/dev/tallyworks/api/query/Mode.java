package dev.tallyworks.api.query;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where the numbers of an answer come from. */
enum Mode {
    /** From the stored rollups, and what is younger than the cut from the realtime rollups. */
    COMBINED,
    /** What has been aggregated. */
    HISTORICAL,
    /** What the realtime rollups hold, aggregated or not, and nothing for what lies before. */
    REALTIME;

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Mode> byId(String id) {
        return Arrays.stream(values()).filter(mode -> mode.id().equals(id)).findFirst();
    }
}

package dev.tallyworks.cli.console;

import java.util.Locale;

/** How answers are written. */
public enum Format {
    /** Aligned, for people. */
    TABLE,
    /** RFC 4180, with a header line. */
    CSV,
    /** As the API answers; streams one document a line. */
    JSON;

    /** As it is named in options. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package dev.tallyworks.cli.console;

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
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}

package dev.tallyworks.api.intake;

/** The request names a source that takes no events. */
final class UnknownSource extends RuntimeException {
    private final String source;

    UnknownSource(String source) {
        super("no source " + source, null, false, false);
        this.source = source;
    }

    String source() {
        return source;
    }
}

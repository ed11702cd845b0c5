package dev.tallyworks.cli.send;

/** What became of a record. */
sealed interface Line {
    /**
     * An event, ready to be sent.
     *
     * @param json one line
     */
    record Event(Record record, byte[] json) implements Line {}

    /** None. */
    record Rejected(Rejection rejection) implements Line {}

    static Line rejected(Record record, String code, String detail) {
        return new Rejected(new Rejection(record.line(), null, code, detail, record.text()));
    }
}

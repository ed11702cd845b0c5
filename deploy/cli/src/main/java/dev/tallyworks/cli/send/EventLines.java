package dev.tallyworks.cli.send;

/** Makes events of records. */
interface EventLines {
    Line read(Record record);
}

package dev.tallyworks.cli.send;

import dev.tallyworks.cli.console.Console;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file that is read as batches of events, from some place on. */
final class EventFile implements Closeable {
    private final Input input;
    private final RecordReader records;
    private final EventLines lines;

    private EventFile(Input input, RecordReader records, EventLines lines) {
        this.input = input;
        this.records = records;
        this.lines = lines;
    }

    /**
     * @param mapping null where the file is NDJSON
     * @param from where to go on
     * @return null where the file does not begin any more with what stood before that place
     */
    static @Nullable EventFile open(String file, Console console, @Nullable CsvMapping mapping, Uuids uuids, Mark from)
            throws IOException {
        Input input = Input.open(file, console);
        boolean done = false;
        try {
            RecordReader records = new RecordReader(
                    input.stream(), mapping == null ? Framing.lines() : Framing.csv(mapping.delimiter()));
            EventLines lines = mapping == null ? new NdjsonEvents(uuids) : CsvEvents.of(mapping, uuids, records.next());
            done = from.offset() == 0 || records.skipTo(from);
            return done ? new EventFile(input, records, lines) : null;
        } finally {
            if (!done) {
                input.close();
            }
        }
    }

    /** Of the file as it lies there. */
    long size() {
        return input.size();
    }

    BatchReader batches(int recordsMax) {
        return new BatchReader(input, records, lines, recordsMax);
    }

    /**
     * The line of a last row that may be only the beginning of one, as its file is still being written; 0 where there is none.
     * Half a JSON object is none, but half a row of a CSV may look like a whole one.
     */
    long rowWithoutEnd() {
        return lines instanceof CsvEvents ? records.lineWithoutEnd() : 0;
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}

package dev.tallyworks.cli.send;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts records together to batches. */
final class BatchReader {
    /** Well below what the API takes. */
    private static final long BATCH_BYTES_MAX = 4 << 20;

    private final Input input;
    private final RecordReader records;
    private final EventLines lines;
    private final int recordsMax;

    BatchReader(Input input, RecordReader records, EventLines lines, int recordsMax) {
        this.input = input;
        this.records = records;
        this.lines = lines;
        this.recordsMax = recordsMax;
    }

    /** Null at the end. */
    @Nullable
    Batch next() throws IOException {
        List<Line.Event> events = new ArrayList<>();
        List<Rejection> rejected = new ArrayList<>();
        long bytes = 0;
        while (events.size() + rejected.size() < recordsMax && bytes < BATCH_BYTES_MAX) {
            @Nullable Record record = records.next();
            if (record == null) {
                break;
            }
            bytes += record.bytes().length;
            Line line = record.fault().isEmpty()
                    ? lines.read(record)
                    : Line.rejected(record, "malformed_record", record.fault());
            if (line instanceof Line.Event event) {
                events.add(event);
            } else if (line instanceof Line.Rejected none) {
                rejected.add(none.rejection());
            }
        }
        return events.isEmpty() && rejected.isEmpty()
                ? null
                : new Batch(events, rejected, records.mark(input.position(records.offset())));
    }
}

package dev.tallyworks.cli.send;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import java.util.HexFormat;
import java.util.Optional;

/**
 * How far a file was taken.
 *
 * @param mark everything before it was taken or refused for good
 * @param rejectsBytes so much of the file of rejects belongs to what lies before the mark
 */
record SendState(Mark mark, long accepted, long duplicates, long rejected, long rejectsBytes) {
    static final SendState BEGINNING = new SendState(
            new Mark(0, 0, HexFormat.of().formatHex(RecordReader.sha256().digest()), 0), 0, 0, 0, 0);

    boolean isBeginning() {
        return mark.offset() == 0;
    }

    /** After a batch. */
    SendState after(Mark end, Posted posted, long rejectsLength) {
        return new SendState(
                end,
                accepted + posted.accepted(),
                duplicates + posted.duplicates(),
                rejected + posted.rejected().size(),
                rejectsLength);
    }

    /** All rows that were read. */
    long rows() {
        return accepted + duplicates + rejected;
    }

    ObjectNode toJson() {
        return Json.object()
                .put("offset", mark.offset())
                .put("line", mark.line())
                .put("sha256", mark.digest())
                .put("position", mark.position())
                .put("accepted", accepted)
                .put("duplicates", duplicates)
                .put("rejected", rejected)
                .put("rejectsBytes", rejectsBytes);
    }

    /** Empty where it is none. */
    static Optional<SendState> of(JsonNode json) {
        if (!json.path("offset").isIntegralNumber() || !json.path("sha256").isTextual()) {
            return Optional.empty();
        }
        Mark mark = new Mark(
                json.path("offset").asLong(),
                json.path("line").asLong(),
                json.path("sha256").asText(),
                json.path("position").asLong());
        return Optional.of(new SendState(
                mark,
                json.path("accepted").asLong(),
                json.path("duplicates").asLong(),
                json.path("rejected").asLong(),
                json.path("rejectsBytes").asLong()));
    }
}

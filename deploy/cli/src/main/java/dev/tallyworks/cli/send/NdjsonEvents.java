package dev.tallyworks.cli.send;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Each record is an event already; it is given a uuid where it has none, and otherwise left as it is. */
final class NdjsonEvents implements EventLines {
    private static final String UUID = "uuid";

    private final JsonFactory json = new JsonFactory();
    private final Uuids uuids;

    NdjsonEvents(Uuids uuids) {
        this.uuids = uuids;
    }

    @Override
    public Line read(Record record) {
        try (JsonParser parser = json.createParser(record.bytes())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Line.rejected(record, "malformed_json", "a line must hold one JSON object");
            }
            boolean hasUuid = false;
            boolean isEmpty = true;
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                isEmpty = false;
                hasUuid |= parser.currentName().equals(UUID);
                parser.nextToken();
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                return Line.rejected(record, "malformed_json", "a line must hold one JSON object, not more");
            }
            return new Line.Event(record, hasUuid ? record.bytes() : named(record, isEmpty));
        } catch (JsonProcessingException malformed) {
            return Line.rejected(
                    record,
                    "malformed_json",
                    malformed.getOriginalMessage() + ", column "
                            + malformed.getLocation().getColumnNr());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** As the first member, so that everything else stays to the letter. */
    private byte[] named(Record record, boolean isEmpty) {
        byte[] bytes = record.bytes();
        int brace = 0;
        while (bytes[brace] != '{') {
            brace++;
        }
        String member = "\"" + UUID + "\":\"" + uuids.of(record) + "\"" + (isEmpty ? "" : ",");
        ByteArrayOutputStream named = new ByteArrayOutputStream(bytes.length + member.length());
        named.write(bytes, 0, brace + 1);
        named.writeBytes(member.getBytes(StandardCharsets.UTF_8));
        named.write(bytes, brace + 1, bytes.length - brace - 1);
        return named.toByteArray();
    }
}

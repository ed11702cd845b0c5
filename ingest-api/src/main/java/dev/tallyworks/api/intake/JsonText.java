package dev.tallyworks.api.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Well-formed UTF-8 as the parser gets it. The parser of bytes is the quick one, but it takes the whole body for malformed
 * where a name holds an unpaired surrogate; so where one may be, the body is decoded for the parser of characters.
 */
sealed interface JsonText {
    JsonParser parser() throws IOException;

    /** Bytes from one place to a later one. */
    int bytesBetween(JsonLocation start, JsonLocation end);

    int bytesBefore(JsonLocation location);

    static JsonText of(byte[] body, int from, int end, boolean surrogatesSuspected) {
        if (surrogatesSuspected) {
            return new Decoded(new String(body, from, end - from, StandardCharsets.UTF_8).toCharArray());
        }
        return new Encoded(body, from, end);
    }

    record Encoded(byte[] body, int from, int end) implements JsonText {
        @Override
        public JsonParser parser() throws IOException {
            return Factory.JSON.createParser(body, from, end - from);
        }

        @Override
        public int bytesBetween(JsonLocation start, JsonLocation end) {
            return (int) (end.getByteOffset() - start.getByteOffset());
        }

        @Override
        public int bytesBefore(JsonLocation location) {
            return (int) location.getByteOffset();
        }
    }

    record Decoded(char[] text) implements JsonText {
        @Override
        public JsonParser parser() throws IOException {
            return Factory.JSON.createParser(text);
        }

        @Override
        public int bytesBetween(JsonLocation start, JsonLocation end) {
            return Utf8.length(text, (int) start.getCharOffset(), (int) end.getCharOffset());
        }

        @Override
        public int bytesBefore(JsonLocation location) {
            return Utf8.length(text, 0, (int) location.getCharOffset());
        }
    }

    /** Keeps the parser's settings out of the interface. */
    final class Factory {
        /** No event that deep is small enough; the parser spends some memory on each level. */
        private static final int DEPTH_MAX = EventReader.EVENT_BYTES_MAX + 16;

        /** The parser's own limits, but for the depth, would refuse the body where ours refuse the event. */
        private static final JsonFactory JSON = JsonFactory.builder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH_MAX)
                        .maxNumberLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build())
                .build();

        private Factory() {}
    }
}

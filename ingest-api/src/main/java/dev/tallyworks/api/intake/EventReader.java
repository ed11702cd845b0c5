package dev.tallyworks.api.intake;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the events of a body. What makes one event unacceptable refuses that event; only what makes the body unreadable, not
 * JSON or not UTF-8, refuses all. A byte order mark is skipped.
 */
final class EventReader {
    enum Format {
        /** One event, or an array of them. */
        JSON,
        /** One event a line; blank lines are skipped. */
        NDJSON
    }

    static final int EVENTS_MAX = 5_000;
    static final int EVENT_BYTES_MAX = 256 << 10;
    static final int ATTRIBUTIONS_MAX = 32;
    static final int UUID_CHARACTERS_MAX = 128;
    static final int TYPE_CHARACTERS_MAX = 100;

    private static final int BOM_BYTES = 3;

    private EventReader() {}

    /**
     * @throws MalformedBody where it is no JSON of this format
     * @throws BodyTooLarge where it has too many events
     */
    static PostedBody read(byte[] body, Format format) {
        int malformed = Utf8.firstMalformed(body);
        if (malformed >= 0) {
            throw MalformedBody.at(body, malformed, "no UTF-8");
        }
        return new Reading(body).read(format);
    }

    /** One body as it is read. */
    private static final class Reading {
        private final byte[] body;
        private final boolean surrogatesSuspected;
        private final List<PostedEvent> events = new ArrayList<>();

        Reading(byte[] body) {
            this.body = body;
            this.surrogatesSuspected = Utf8.mayEscapeSurrogates(body);
        }

        PostedBody read(Format format) {
            int start = startsWithByteOrderMark() ? BOM_BYTES : 0;
            if (start == body.length) {
                throw MalformedBody.at(body, start, "empty body");
            }
            boolean batch = format == Format.NDJSON || isArray(start);
            if (format == Format.NDJSON) {
                readLines(start);
            } else {
                parse(start, body.length, (text, parser) -> readDocument(text, parser, batch));
            }
            return new PostedBody(batch, events, body.length);
        }

        private boolean startsWithByteOrderMark() {
            return body.length >= BOM_BYTES
                    && body[0] == (byte) 0xEF
                    && body[1] == (byte) 0xBB
                    && body[2] == (byte) 0xBF;
        }

        private boolean isArray(int start) {
            int first = start;
            while (first < body.length && isBlank(body[first])) {
                first++;
            }
            return first < body.length && body[first] == '[';
        }

        private void readDocument(JsonText text, JsonParser parser, boolean batch) throws IOException {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw MalformedBody.at(body, body.length, "blank body");
            }
            if (!first.isStructStart()) {
                throw new JsonParseException(parser, "neither an object nor an array", parser.currentTokenLocation());
            }
            JsonTree tree = new JsonTree(parser, surrogatesSuspected);
            if (batch) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    readEvent(text, parser, tree);
                }
            } else {
                readEvent(text, parser, tree);
            }
            expectEnd(parser);
        }

        private void readLines(int start) {
            int from = start;
            while (from < body.length) {
                int end = from;
                while (end < body.length && body[end] != '\n') {
                    end++;
                }
                if (!isBlank(from, end)) {
                    parse(from, end, (text, parser) -> {
                        parser.nextToken();
                        readEvent(text, parser, new JsonTree(parser, surrogatesSuspected));
                        expectEnd(parser);
                    });
                }
                from = end + 1;
            }
        }

        private boolean isBlank(int from, int end) {
            for (int i = from; i < end; i++) {
                if (!isBlank(body[i])) {
                    return false;
                }
            }
            return true;
        }

        private static boolean isBlank(byte b) {
            return b == ' ' || b == '\t' || b == '\r' || b == '\n';
        }

        @FunctionalInterface
        private interface Parse {
            void with(JsonText text, JsonParser parser) throws IOException;
        }

        private void parse(int from, int end, Parse parse) {
            for (int i = from; i < Math.min(end, from + 4); i++) {
                if (body[i] == 0) {
                    // The parser would take it for UTF-16 or UTF-32.
                    throw MalformedBody.at(body, i, "illegal character NUL");
                }
            }
            JsonText text = JsonText.of(body, from, end, surrogatesSuspected);
            try (JsonParser parser = text.parser()) {
                parse.with(text, parser);
            } catch (JsonProcessingException malformed) {
                JsonLocation at = malformed.getLocation();
                int offset = at == null ? end : Math.min(from + text.bytesBefore(at), end);
                throw MalformedBody.at(body, offset, malformed.getOriginalMessage());
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }

        private void expectEnd(JsonParser parser) throws IOException {
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "more than one value", parser.currentTokenLocation());
            }
        }

        private void readEvent(JsonText text, JsonParser parser, JsonTree tree) throws IOException {
            if (events.size() == EVENTS_MAX) {
                throw new BodyTooLarge("more than " + EVENTS_MAX + " events");
            }
            JsonLocation start = parser.currentTokenLocation();
            Object value = tree.read();
            int size = text.bytesBetween(start, parser.currentLocation());
            events.add(EventMembers.read(value, size, tree.takeUnkeepable()));
        }
    }
}

package dev.tallyworks.api.http;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reads request bodies but those of events: small JSON objects, strictly. */
public final class JsonBody {
    /** Numbers keep their digits. */
    public static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final int BYTES_MAX = 1 << 20;

    private JsonBody() {}

    /** @throws Problem where the body is no JSON object */
    public static ObjectNode object(byte[] body) {
        if (body.length > BYTES_MAX) {
            throw Problem.of(ProblemKind.TOO_LARGE, "The body is longer than " + BYTES_MAX + " bytes.");
        }
        JsonNode read = read(body);
        if (!(read instanceof ObjectNode object)) {
            throw Problem.badRequest(Problem.Item.at("", Problem.WRONG_TYPE, "The body must be a JSON object."));
        }
        return object;
    }

    private static JsonNode read(byte[] body) {
        try (JsonParser parser = JSON.createParser(decode(body))) {
            JsonNode read = tree(parser);
            if (read == null || read.isMissingNode()) {
                throw Problem.malformed("The body is empty, at line 1, column 1.");
            }
            JsonToken more = parser.nextToken();
            if (more != null) {
                throw Problem.malformed("The JSON goes on after its end" + at(parser.currentTokenLocation()));
            }
            complainOfSurrogates(read, "");
            return read;
        } catch (JsonProcessingException broken) {
            JsonLocation where = broken.getLocation();
            throw Problem.malformed("Malformed JSON" + (where == null ? ", at line 1, column 1." : at(where)) + " "
                    + broken.getOriginalMessage());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static JsonNode tree(JsonParser parser) throws IOException {
        try {
            return JSON.readTree(parser);
        } catch (NumberFormatException beyond) {
            throw Problem.malformed("A number has an exponent that can't be read" + at(parser.currentTokenLocation()));
        }
    }

    /** The parser of characters counts columns in characters, as whoever wrote the body does. */
    private static String decode(byte[] body) {
        ByteBuffer bytes = ByteBuffer.wrap(body);
        CharBuffer characters = CharBuffer.allocate(body.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(bytes, characters, true);
        String text = characters.flip().toString();
        if (result.isError()) {
            int line = 1 + (int) text.chars().filter(c -> c == '\n').count();
            int column = text.length() - text.lastIndexOf('\n');
            throw Problem.malformed("The body is no UTF-8, at line " + line + ", column " + column + ".");
        }
        return text;
    }

    /** Neither can they be stored, nor written in an answer. */
    private static void complainOfSurrogates(JsonNode read, String pointer) {
        if (read.isTextual() && !StandardCharsets.UTF_8.newEncoder().canEncode(read.textValue())) {
            throw Problem.invalid(
                    Problem.Item.at(pointer, Problem.INVALID_VALUE, "'" + pointer + "' has an unpaired surrogate."));
        }
        for (Map.Entry<String, JsonNode> member : read.properties()) {
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(member.getKey())) {
                throw Problem.invalid(Problem.Item.at(
                        pointer, Problem.INVALID_VALUE, "A name in '" + pointer + "' has an unpaired surrogate."));
            }
            complainOfSurrogates(member.getValue(), Members.at(pointer, member.getKey()));
        }
        for (int i = 0; read.isArray() && i < read.size(); i++) {
            complainOfSurrogates(read.get(i), pointer + '/' + i);
        }
    }

    private static String at(JsonLocation where) {
        return ", at line " + where.getLineNr() + ", column " + where.getColumnNr() + ".";
    }
}

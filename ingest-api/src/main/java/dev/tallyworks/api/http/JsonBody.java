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
        try (JsonParser parser = JSON.createParser(body)) {
            JsonNode read = JSON.readTree(parser);
            if (read == null || read.isMissingNode()) {
                throw Problem.malformed("The body is empty, at line 1, column 1.");
            }
            JsonToken more = parser.nextToken();
            if (more != null) {
                throw Problem.malformed("The JSON goes on after its end" + at(parser.currentTokenLocation()));
            }
            return read;
        } catch (JsonProcessingException broken) {
            JsonLocation where = broken.getLocation();
            throw Problem.malformed("Malformed JSON" + (where == null ? ", at line 1, column 1." : at(where)) + " "
                    + broken.getOriginalMessage());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String at(JsonLocation where) {
        return ", at line " + where.getLineNr() + ", column " + where.getColumnNr() + ".";
    }
}

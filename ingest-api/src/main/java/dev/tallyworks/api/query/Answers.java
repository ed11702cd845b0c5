package dev.tallyworks.api.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tallyworks.api.http.JsonBody;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers as responses: JSON or CSV, whichever is preferred. Those about settled data, where nothing is pending any more, have a
 * weak ETag of what was found, without how far aggregation is; who has that already is told so by 304.
 */
final class Answers {
    private static final int TAG_BYTES = 16;

    /** What a request is about, beside its question. */
    record Asked(HttpHeaders headers, Request request) {}

    private Answers() {}

    /**
     * @param answer as JSON
     * @param found what makes it another answer
     * @param csv the answer as CSV
     */
    static Response of(Asked asked, QueryService.Read<?> read, Object answer, Object found, Supplier<String> csv) {
        boolean asCsv = wantsCsv(asked.headers.getAcceptableMediaTypes());
        EntityTag tag = isSettled(read) ? tag(found, read.mode(), asCsv) : null;
        if (tag != null && asked.request.getMethod().equals(HttpMethod.GET)) {
            Response.ResponseBuilder known = asked.request.evaluatePreconditions(tag);
            if (known != null) {
                return known.header(HttpHeaders.VARY, HttpHeaders.ACCEPT).build();
            }
        }
        return Response.ok(asCsv ? csv.get() : answer)
                .type(asCsv ? Csv.MEDIA_TYPE : MediaType.APPLICATION_JSON)
                .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
                .tag(tag)
                .build();
    }

    private static boolean isSettled(QueryService.Read<?> read) {
        return !read.partial()
                && read.mode() != Mode.REALTIME
                && read.merge().plan().range().endMillis() <= read.lag().watermarkMillis();
    }

    private static @Nullable EntityTag tag(Object found, Mode mode, boolean csv) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((byte) mode.ordinal());
            digest.update((byte) (csv ? 1 : 0));
            byte[] hash = digest.digest(JsonBody.JSON.writeValueAsBytes(found));
            return new EntityTag(HexFormat.of().formatHex(hash, 0, TAG_BYTES), true);
        } catch (NoSuchAlgorithmException | JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Whether CSV is preferred to JSON; where both are equal, the first. */
    private static boolean wantsCsv(List<MediaType> acceptedByWeight) {
        for (MediaType type : acceptedByWeight) {
            if (isRefused(type)) {
                continue;
            }
            if (type.isCompatible(MediaType.APPLICATION_JSON_TYPE)) {
                return false;
            }
            if (type.isCompatible(MediaType.valueOf("text/csv"))) {
                return true;
            }
        }
        throw new NotAcceptableException();
    }

    private static boolean isRefused(MediaType type) {
        return type.getParameters().getOrDefault("q", "1").matches("0(\\.0*)?");
    }
}

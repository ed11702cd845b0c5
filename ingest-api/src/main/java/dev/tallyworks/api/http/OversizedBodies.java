package dev.tallyworks.api.http;

import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Answers bodies that are too long before the server cuts the connection: most clients only look for an answer once they have
 * sent everything, so up to a point the body is read and thrown away. Bodies of a length that is not announced are read
 * here, as the server's own limit would answer with nothing but a status.
 */
@ApplicationScoped
class OversizedBodies {
    /** Before every other route. */
    private static final int ORDER = Integer.MIN_VALUE + 1_000;

    private static final long DISCARDED_BYTES_MAX = 256L << 20;

    private final long bytesMax;

    OversizedBodies(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize bytesMax) {
        this.bytesMax = bytesMax.asLongValue();
    }

    void guard(@Observes Router router) {
        router.route().order(ORDER).handler(this::check);
    }

    private void check(RoutingContext context) {
        long announced = announcedBytes(context.request());
        if (isInChunks(context.request())) {
            read(context);
        } else if (announced <= bytesMax) {
            context.next();
        } else if (announced > DISCARDED_BYTES_MAX) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            refuse(context);
        } else {
            HttpServerRequest request = context.request();
            request.handler(chunk -> {});
            request.endHandler(all -> refuse(context));
            request.resume();
        }
    }

    private static boolean isInChunks(HttpServerRequest request) {
        return request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null;
    }

    private void read(RoutingContext context) {
        HttpServerRequest request = context.request();
        Chunks chunks = new Chunks();
        request.handler(chunk -> {
            chunks.bytes += chunk.length();
            if (chunks.bytes <= bytesMax) {
                chunks.body.appendBuffer(chunk);
            } else if (chunks.bytes <= DISCARDED_BYTES_MAX) {
                chunks.body = Buffer.buffer();
            } else {
                request.connection().close();
            }
        });
        request.endHandler(all -> {
            if (chunks.bytes > bytesMax) {
                refuse(context);
            } else {
                ((RoutingContextInternal) context).setBody(chunks.body);
                context.next();
            }
        });
        request.resume();
    }

    /** What has come so far. */
    private static final class Chunks {
        private long bytes;
        private Buffer body = Buffer.buffer();
    }

    private static long announcedBytes(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length.trim());
        } catch (NumberFormatException noNumber) {
            return 0;
        }
    }

    private static void refuse(RoutingContext context) {
        ProblemKind kind = ProblemKind.TOO_LARGE;
        Map<String, Object> body =
                ProblemMapper.body(kind, "The body is larger than any path takes.", List.of(), Map.of());
        context.response()
                .setStatusCode(kind.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, ProblemMapper.MEDIA_TYPE)
                .end(new JsonObject(body).toBuffer());
    }
}

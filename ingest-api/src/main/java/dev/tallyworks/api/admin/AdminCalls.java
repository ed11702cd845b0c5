package dev.tallyworks.api.admin;

import dev.tallyworks.admin.AdminCall;
import dev.tallyworks.api.http.Admin;
import jakarta.enterprise.inject.Instance;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Follows the calls of {@link Admin} resources that change something, from their arrival until their answer is known. */
@Provider
@Admin
public class AdminCalls implements ContainerRequestFilter, ReaderInterceptor, ContainerResponseFilter {
    private static final Set<String> HARMLESS = Set.of("GET", "HEAD", "OPTIONS");
    private static final String ARRIVED = AdminCalls.class.getName() + ".arrived";
    private static final String BODY = AdminCalls.class.getName() + ".body";
    private static final int BODY_BYTES_MAX = 8 << 10;
    private static final int PATH_MAX = 2_000;
    private static final String CUT_OFF = "…";
    /** Calls of nobody would let anybody fill the log. */
    private static final int UNAUTHORIZED = 401;

    /** This is made when the application is built, and the journal's store when it starts. */
    private final Instance<Journal> journal;

    private final Clock clock;

    AdminCalls(Instance<Journal> journal, Clock clock) {
        this.journal = journal;
        this.clock = clock;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (!HARMLESS.contains(request.getMethod())) {
            request.setProperty(ARRIVED, System.nanoTime());
        }
    }

    /** Looks at the beginning of the body before it is read. */
    @Override
    public Object aroundReadFrom(ReaderInterceptorContext body) throws IOException {
        InputStream whole = body.getInputStream();
        byte[] beginning = whole.readNBytes(BODY_BYTES_MAX + 1);
        body.setProperty(BODY, beginning);
        body.setInputStream(new SequenceInputStream(new ByteArrayInputStream(beginning), whole));
        return body.proceed();
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext answer) {
        if (!(request.getProperty(ARRIVED) instanceof Long arrived) || answer.getStatus() == UNAUTHORIZED) {
            return;
        }
        long duration = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - arrived);
        Object who = request.getProperty(Admin.WHO);
        journal.get()
                .write(new AdminCall(
                        clock.millis() - duration,
                        request.getMethod(),
                        path(request),
                        who == null ? null : who.toString(),
                        answer.getStatus(),
                        request.getProperty(BODY) instanceof byte[] body ? text(body) : null,
                        duration));
    }

    private static String path(ContainerRequestContext request) {
        String query = request.getUriInfo().getRequestUri().getRawQuery();
        String path = request.getUriInfo().getRequestUri().getRawPath() + (query == null ? "" : '?' + query);
        return path.length() > PATH_MAX ? path.substring(0, PATH_MAX) + CUT_OFF : path;
    }

    private static @Nullable String text(byte[] body) {
        if (body.length == 0) {
            return null;
        }
        return body.length <= BODY_BYTES_MAX
                ? new String(body, StandardCharsets.UTF_8)
                : new String(Arrays.copyOf(body, BODY_BYTES_MAX), StandardCharsets.UTF_8) + CUT_OFF;
    }
}

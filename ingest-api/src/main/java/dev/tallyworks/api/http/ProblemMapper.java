package dev.tallyworks.api.http;

import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.failure.Unavailable;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns every failure into problem details. Those of this side are logged with their cause, those of the other at debug. */
class ProblemMapper {
    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);
    static final String MEDIA_TYPE = "application/problem+json";
    private static final int RETRY_AFTER_SECONDS = 1;

    @ServerExceptionMapper
    Response problem(Problem problem) {
        LOG.debugf("%d: %s", problem.kind().status(), problem.detail());
        return answer(problem);
    }

    @ServerExceptionMapper
    Response unavailable(Unavailable away) {
        LOG.debug("answered 503", away);
        return answer(Problem.of(ProblemKind.UNAVAILABLE, "A store does not answer; try again in a moment."));
    }

    @ServerExceptionMapper
    Response unknown(OutcomeUnknown unknown) {
        LOG.debug("answered 503", unknown);
        return answer(Problem.of(
                ProblemKind.UNAVAILABLE, "A store did not answer in time; look whether it was done, or try again."));
    }

    @ServerExceptionMapper
    Response framework(WebApplicationException refused) {
        int status = refused.getResponse().getStatus();
        ProblemKind kind = ProblemKind.of(status);
        if (status >= 500) {
            LOG.error("request failed", refused);
        } else {
            LOG.debugf("%d: %s", status, refused.getMessage());
        }
        Response.ResponseBuilder answer = builder(Problem.of(kind, explain(kind)));
        String allowed = refused.getResponse().getHeaderString(HttpHeaders.ALLOW);
        return allowed == null
                ? answer.build()
                : answer.header(HttpHeaders.ALLOW, allowed).build();
    }

    @ServerExceptionMapper
    Response bug(Throwable failed) {
        LOG.error("request failed", failed);
        return answer(Problem.of(ProblemKind.INTERNAL, "The request could not be answered; the cause is in the log."));
    }

    private static String explain(ProblemKind kind) {
        return switch (kind) {
            case NOT_FOUND -> "There is nothing at this path.";
            case METHOD_NOT_ALLOWED -> "This path does not take this method.";
            case UNSUPPORTED_MEDIA_TYPE -> "This path does not take the body's Content-Type.";
            case NOT_ACCEPTABLE -> "This path has no answer of the types that Accept names.";
            case TOO_LARGE -> "The body is larger than this path takes.";
            default -> kind.title() + ".";
        };
    }

    static Response answer(Problem problem) {
        return builder(problem).build();
    }

    private static Response.ResponseBuilder builder(Problem problem) {
        Response.ResponseBuilder answer = Response.status(problem.kind().status())
                .type(MEDIA_TYPE)
                .entity(body(problem.kind(), problem.detail(), problem.errors(), problem.more()));
        if (problem.kind() == ProblemKind.UNAVAILABLE) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        return answer;
    }

    static Map<String, Object> body(ProblemKind kind, String detail, List<?> errors, Map<String, ?> more) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", kind.type());
        body.put("title", kind.title());
        body.put("status", kind.status());
        body.put("detail", detail);
        body.putAll(more);
        if (!errors.isEmpty()) {
            body.put("errors", errors);
        }
        return body;
    }
}

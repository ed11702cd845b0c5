package dev.tallyworks.api.http;

/** All kinds of problems that answers name: the one catalogue of titles and statuses. */
public enum ProblemKind {
    BAD_REQUEST("bad_request", "The request can't be read", 400),
    UNAUTHORIZED("unauthorized", "A valid key is needed", 401),
    FORBIDDEN("forbidden", "The key does not allow this", 403),
    NOT_FOUND("not_found", "Not found", 404),
    METHOD_NOT_ALLOWED("method_not_allowed", "The method is not allowed here", 405),
    NOT_ACCEPTABLE("not_acceptable", "No acceptable media type", 406),
    CONFLICT("conflict", "The request conflicts with what is there", 409),
    TOO_LARGE("too_large", "The body is too large", 413),
    UNSUPPORTED_MEDIA_TYPE("unsupported_media_type", "The media type is not supported", 415),
    INVALID("invalid", "The request is not valid", 422),
    QUOTA_EXCEEDED("quota_exceeded", "The quota is used up", 429),
    INTERNAL("internal", "Something went wrong here", 500),
    UNAVAILABLE("unavailable", "Not available now", 503);

    private final String kind;
    private final String title;
    private final int status;

    ProblemKind(String kind, String title, int status) {
        this.kind = kind;
        this.title = title;
        this.status = status;
    }

    public String type() {
        return "urn:tallyworks:" + kind;
    }

    public String title() {
        return title;
    }

    public int status() {
        return status;
    }

    /** The kind for a status that a framework chose. */
    static ProblemKind of(int status) {
        for (ProblemKind kind : values()) {
            if (kind.status == status) {
                return kind;
            }
        }
        return status < 500 ? BAD_REQUEST : INTERNAL;
    }
}

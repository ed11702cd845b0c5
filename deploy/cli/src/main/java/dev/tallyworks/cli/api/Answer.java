package dev.tallyworks.cli.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

/**
 * What the API answered.
 *
 * @param text as it came
 * @param retryAfterSeconds how long it asks to wait; 0 where it says nothing
 */
public record Answer(int status, String text, long retryAfterSeconds) {
    private static final int BAD_REQUEST = 400;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    public boolean succeeded() {
        return status < BAD_REQUEST;
    }

    /** Whether the same request may be answered otherwise later. */
    public boolean isTemporary() {
        return status == TOO_MANY_REQUESTS || status >= SERVER_ERROR;
    }

    /** Missing where it is no JSON. */
    public JsonNode json() {
        try {
            return Json.MAPPER.readTree(text);
        } catch (JsonProcessingException other) {
            return MissingNode.getInstance();
        }
    }

    /**
     * This, where it succeeded.
     *
     * @throws Refused where the request was refused
     * @throws Unavailable where the server failed, or can't now
     */
    public Answer orThrow() {
        if (succeeded()) {
            return this;
        }
        Problem problem = Problem.of(this);
        if (status >= SERVER_ERROR) {
            throw new Unavailable(problem.toString(), problem);
        }
        throw new Refused(problem);
    }
}

package dev.tallyworks.admin;

import org.jspecify.annotations.Nullable;

/**
 * One call that changed something, or tried to, other than posting events.
 *
 * @param timeMillis when it came in, epoch milliseconds
 * @param path with its parameters
 * @param who owns the key that was presented; null without one
 * @param status of the answer
 * @param request the beginning of the body; null where none was read
 */
public record AdminCall(
        long timeMillis,
        String method,
        String path,
        @Nullable String who,
        int status,
        @Nullable String request,
        long durationMillis) {}

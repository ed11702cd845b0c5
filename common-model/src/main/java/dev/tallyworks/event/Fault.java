package dev.tallyworks.event;

import org.jspecify.annotations.Nullable;

/**
 * Why an event could not be aggregated, for operators to read. All of it is bounded, as thousands of events may fail at once.
 *
 * @param reason a line, the same for events that fail for the same cause, so far as the cause says so itself
 * @param error what was thrown, with the whole name of its class
 * @param stack where it was thrown; null where nothing was
 */
public record Fault(String reason, String error, @Nullable String stack) {
    private static final int REASON_MAX = 500;
    private static final int ERROR_MAX = 2_000;
    private static final int STACK_MAX = 8_000;
    private static final int CAUSES_MAX = 5;
    private static final int FRAMES_MAX = 12;

    public Fault {
        reason = cut(reason, REASON_MAX);
        error = cut(error, ERROR_MAX);
        stack = stack == null ? null : cut(stack, STACK_MAX);
    }

    /** Where nothing was thrown. */
    public static Fault told(String reason) {
        return new Fault(reason, reason, null);
    }

    public static Fault of(Throwable thrown) {
        String message = thrown.getMessage();
        String reason = thrown.getClass().getSimpleName() + (message == null ? "" : ": " + message);
        return new Fault(reason, thrown.toString(), stack(thrown));
    }

    /** As Java prints it, but of each cause only the innermost frames, so that the last cause is in it. */
    private static String stack(Throwable thrown) {
        StringBuilder stack = new StringBuilder();
        Throwable cause = thrown;
        for (int causes = 0; cause != null && causes < CAUSES_MAX; causes++) {
            stack.append(causes == 0 ? "" : "Caused by: ")
                    .append(cut(cause.toString(), REASON_MAX))
                    .append('\n');
            StackTraceElement[] frames = cause.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, FRAMES_MAX); i++) {
                stack.append("\tat ").append(frames[i]).append('\n');
            }
            if (frames.length > FRAMES_MAX) {
                stack.append("\t... ").append(frames.length - FRAMES_MAX).append(" more\n");
            }
            cause = cause.getCause();
        }
        return stack.toString();
    }

    /** Never in the middle of a character. */
    private static String cut(String text, int charactersMax) {
        if (text.length() <= charactersMax) {
            return text;
        }
        boolean within = Character.isHighSurrogate(text.charAt(charactersMax - 1));
        return text.substring(0, within ? charactersMax - 1 : charactersMax);
    }
}

package dev.tallyworks.api.definitions;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How much the check of one payload may take: expressions that go back and forth, and schemas that refer to themselves twice
 * for each level, could keep it busy for ever, and all intake with it. Counted in looks at characters and at objects and
 * arrays, not in time, so that an event is judged alike wherever it comes. Belongs to one thread.
 */
final class Effort {
    /** Whatever its size. */
    private static final long LOOKS_MIN = 100_000;
    /** More than any expression takes that reads a text once from each of some places. */
    private static final long LOOKS_A_CHARACTER = 100;

    private static final ThreadLocal<@Nullable Effort> CURRENT = new ThreadLocal<>();

    /** It took more. */
    static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1;

        private Exceeded() {
            super("too much effort", null, false, false);
        }
    }

    /** To go into an object once more takes longer than to look at a character, most of all where it does not fit. */
    private static final int LOOKS_A_NODE = 10;

    private long left;

    private Effort(long characters) {
        left = LOOKS_MIN + LOOKS_A_CHARACTER * characters;
    }

    /** From here on the thread's looks are counted. @param characters of the payload */
    static Effort begin(long characters) {
        Effort effort = new Effort(characters);
        CURRENT.set(effort);
        return effort;
    }

    static void end() {
        CURRENT.remove();
    }

    /** Whether it took more, also where whoever looked has swallowed that. */
    boolean isExceeded() {
        return left < 0;
    }

    /** At an object or an array. @throws Exceeded where that was one too many */
    void lookAtNode() {
        look(LOOKS_A_NODE);
    }

    private void look(int looks) {
        left -= looks;
        if (left < 0) {
            throw new Exceeded();
        }
    }

    /** Whether an expression is found in a text, with the thread's effort. */
    static boolean isFound(Pattern expression, String text) {
        Effort effort = CURRENT.get();
        CharSequence watched = effort == null ? text : new Watched(text, 0, text.length(), effort);
        return expression.matcher(watched).find();
    }

    /** A text that counts how often it is looked at. */
    private record Watched(String text, int from, int to, Effort effort) implements CharSequence {
        @Override
        public int length() {
            return to - from;
        }

        @Override
        public char charAt(int index) {
            effort.look(1);
            return text.charAt(from + index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Watched(text, from + start, from + end, effort);
        }

        @Override
        public String toString() {
            return text.substring(from, to);
        }
    }
}

package dev.tallyworks.cli.send;

import java.nio.charset.StandardCharsets;

/**
 * One event as it stands in the file, not looked into.
 *
 * @param line where it begins, from 1
 * @param bytes without the line's end; only the beginning of what is too long
 * @param fault why it can't be one; empty where it may
 */
record Record(long line, byte[] bytes, String fault) {
    private static final int SHOWN_MAX = 4_096;

    /** What is shown of it where it is refused. */
    String text() {
        String text = new String(bytes, StandardCharsets.UTF_8);
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "…";
    }
}

package dev.tallyworks.metric;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** Bounds the length of values that become names in documents, and keeps different ones different. */
public final class ShortText {
    /** Longer values, as UTF-8, are cut. */
    static final int BYTES_MAX = 200;

    private static final int HASH_BYTES = 16;
    private static final int PREFIX_BYTES = BYTES_MAX - 1 - 2 * HASH_BYTES;

    private ShortText() {}

    /** The text itself, or where it is too long its beginning, {@code #} and 32 hexadecimal digits of its SHA-256. */
    public static String cut(String text) {
        if (text.length() <= BYTES_MAX / 3) {
            return text; // no char takes more than three bytes
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= BYTES_MAX) {
            return text;
        }
        int end = PREFIX_BYTES;
        while ((bytes[end] & 0xC0) == 0x80) {
            end--; // not within a code point
        }
        byte[] hash = Arrays.copyOf(sha256(bytes), HASH_BYTES);
        return new String(bytes, 0, end, StandardCharsets.UTF_8)
                + '#'
                + HexFormat.of().formatHex(hash);
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

package dev.tallyworks.cli.send;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Cuts a stream of bytes into records, and knows where it is. Blank lines are none. */
final class RecordReader {
    /** The API takes no longer body, so no longer event either. */
    private static final int RECORD_BYTES_MAX = 10 << 20;

    private static final int BUFFER_BYTES = 1 << 16;
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final InputStream in;
    private final Framing framing;
    private final MessageDigest digest = sha256();
    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private long offset;
    private long line;
    private long lineWithoutEnd;

    RecordReader(InputStream in, Framing framing) {
        this.in = in;
        this.framing = framing;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** How many bytes have been read. */
    long offset() {
        return offset;
    }

    /** Where the last record begins, if the file ends right behind it, without a line's end; 0 otherwise. */
    long lineWithoutEnd() {
        return lineWithoutEnd;
    }

    /** @param position in the file as it lies there */
    Mark mark(long position) {
        return new Mark(offset, line, digestSoFar(), position);
    }

    private String digestSoFar() {
        try {
            return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Goes on to a place where a reader of the same file was.
     *
     * @return false where something else stands before it now, or less
     */
    boolean skipTo(Mark mark) throws IOException {
        while (offset < mark.offset() && fill()) {
            take((int) Math.min(to - from, mark.offset() - offset));
        }
        line = mark.line();
        return offset == mark.offset() && digestSoFar().equals(mark.digest());
    }

    /** Null at the end. */
    @Nullable
    Record next() throws IOException {
        while (true) {
            long first = line + 1;
            boolean begins = offset == 0;
            kept.reset();
            framing.begin();
            boolean ended = false;
            boolean some = false;
            boolean tooLong = false;
            while (!ended && fill()) {
                some = true;
                int start = from;
                int length = 0;
                while (!ended && start + length < to) {
                    byte next = buffer[start + length++];
                    line += next == '\n' ? 1 : 0;
                    ended = framing.endsWith(next);
                }
                tooLong |= kept.size() + length > RECORD_BYTES_MAX;
                kept.write(buffer, start, tooLong ? 0 : length);
                take(length);
            }
            if (!some) {
                return null;
            }
            byte[] bytes = trimmed(kept.toByteArray(), begins);
            if (tooLong) {
                return new Record(first, bytes, "longer than " + (RECORD_BYTES_MAX >> 20) + " MiB");
            }
            if (!ended && !framing.isWhole()) {
                return new Record(first, bytes, "a quote that opens in this record is never closed");
            }
            if (bytes.length > 0) {
                lineWithoutEnd = ended ? 0 : first;
                return new Record(first, bytes, "");
            }
        }
    }

    private boolean fill() throws IOException {
        if (from == to) {
            from = 0;
            to = Math.max(0, in.read(buffer));
        }
        return from < to;
    }

    private void take(int length) {
        digest.update(buffer, from, length);
        from += length;
        offset += length;
    }

    private static byte[] trimmed(byte[] bytes, boolean begins) {
        int start = begins && startsWith(bytes, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
        int end = bytes.length;
        while (end > start && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
            end--;
        }
        for (int i = start; i < end; i++) {
            if (bytes[i] != ' ' && bytes[i] != '\t') {
                return Arrays.copyOfRange(bytes, start, end);
            }
        }
        return new byte[0];
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}

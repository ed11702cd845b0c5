package dev.tallyworks.rollup;

import dev.tallyworks.time.Granularity;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One attribution of one aggregation in one width: what a question is about. Its documents lie together in the order of
 * their {@code _id}s, whatever sources and types they are of.
 *
 * <pre>
 * _id = 16 bytes of hash(aggregation, generation, width, attribution type, value)
 *     +  8 bytes: the bucket's start, epoch millis, big-endian, sign bit flipped, so that 1969 sorts before 1970
 *     +  8 bytes of hash(source, incarnation, event type)
 * </pre>
 *
 * @param attributionType {@link dev.tallyworks.event.Attribution#TOTAL} for the total
 * @param attributionValue null for the total
 */
public record SeriesKey(
        String aggregation,
        int generation,
        Granularity width,
        String attributionType,
        @Nullable String attributionValue) {
    private static final int SERIES_BYTES = 16;
    private static final int ORIGIN_BYTES = 8;
    public static final int ID_BYTES = SERIES_BYTES + Long.BYTES + ORIGIN_BYTES;

    /** The first 16 bytes of the ids of all its documents. */
    public byte[] prefix() {
        return hash(
                SERIES_BYTES,
                aggregation,
                Integer.toString(generation),
                width.id(),
                attributionType,
                attributionValue == null ? "" : attributionValue);
    }

    /** Names all values of the attribution type together: 16 bytes. */
    public byte[] typeHash() {
        return hash(SERIES_BYTES, aggregation, Integer.toString(generation), width.id(), attributionType);
    }

    /** The last 8 bytes of an id: where the events come from. */
    public static byte[] originHash(String source, long incarnation, String eventType) {
        return hash(ORIGIN_BYTES, source, Long.toString(incarnation), eventType);
    }

    /** The id of one document. */
    public static byte[] id(byte[] prefix, long bucketMillis, byte[] originHash) {
        return ByteBuffer.allocate(ID_BYTES)
                .put(prefix)
                .putLong(bucketMillis ^ Long.MIN_VALUE)
                .put(originHash)
                .array();
    }

    /** The bucket of the document with this id, epoch milliseconds. */
    public static long bucketMillis(byte[] id) {
        return ByteBuffer.wrap(id).getLong(SERIES_BYTES) ^ Long.MIN_VALUE;
    }

    /** The {@link #originHash} of the document with this id. */
    public static long origin(byte[] id) {
        return ByteBuffer.wrap(id).getLong(SERIES_BYTES + Long.BYTES);
    }

    /** The smallest id of a bucket, whatever its origin; as an upper bound it excludes the bucket. */
    public static byte[] lowerBound(byte[] prefix, long bucketMillis) {
        return id(prefix, bucketMillis, new byte[ORIGIN_BYTES]);
    }

    /** SHA-256, cut; each part with its length before it, so that no two lists of parts are the same bytes. */
    private static byte[] hash(int bytes, String... parts) {
        MessageDigest digest = sha256();
        for (String part : parts) {
            byte[] text = part.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(text.length).array());
            digest.update(text);
        }
        return Arrays.copyOf(digest.digest(), bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}

package dev.tallyworks.metric;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts distinct values, about: HyperLogLog with {@value #REGISTERS} registers, a standard error of 1.04 / √4096 = 1.6 %.
 * Registers only grow, and adding the same again changes nothing, so they may be folded in any order and more than once.
 * Not thread-safe.
 *
 * <p>Sources: P. Flajolet et al., HyperLogLog (2007), for the sketch; O. Ertl, New cardinality estimation algorithms for
 * HyperLogLog sketches (2017), algorithm 6, for the estimate, which has no bias at small counts.
 */
public final class UniqueSketch {
    /** How many registers there are, numbered from 0. */
    public static final int REGISTERS = 4_096;

    private static final int INDEX_BITS = 12;
    /** The greatest rank: all bits that are no index are zero. */
    private static final int RANK_MAX = Long.SIZE - INDEX_BITS + 1;

    private static final int SPARSE_MAX = 256;

    private final Map<Integer, Byte> sparse = new TreeMap<>();
    private byte @Nullable [] dense;

    /** Takes a register and the rank of a value in it. */
    @FunctionalInterface
    public interface Registers {
        void accept(int register, int rank);
    }

    /** The hash of a value, whatever its kind: texts, numbers and booleans that look alike are different values. */
    public static long hash(char kind, String value) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest((kind + value).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Adds a value by its hash. */
    public void add(long hash) {
        raise((int) (hash >>> (Long.SIZE - INDEX_BITS)), rank(hash));
    }

    private static int rank(long hash) {
        return Math.min(RANK_MAX, Long.numberOfLeadingZeros(hash << INDEX_BITS) + 1);
    }

    /** Raises a register to a rank, as it is stored. */
    public void raise(int register, int rank) {
        if (dense != null) {
            dense[register] = (byte) Math.max(dense[register], rank);
            return;
        }
        sparse.merge(register, (byte) rank, (one, other) -> one > other ? one : other);
        if (sparse.size() > SPARSE_MAX) {
            byte[] all = new byte[REGISTERS];
            sparse.forEach((number, value) -> all[number] = value);
            sparse.clear();
            dense = all;
        }
    }

    public void add(UniqueSketch other) {
        other.forEach(this::raise);
    }

    /** Gives each register that is not zero. */
    public void forEach(Registers to) {
        byte[] all = dense;
        if (all == null) {
            sparse.forEach((register, rank) -> to.accept(register, rank));
            return;
        }
        for (int i = 0; i < REGISTERS; i++) {
            if (all[i] > 0) {
                to.accept(i, all[i]);
            }
        }
    }

    /** About how many distinct values were added. */
    public long estimate() {
        int[] ofRank = new int[RANK_MAX + 1];
        ofRank[0] = REGISTERS;
        forEach((register, rank) -> {
            ofRank[0]--;
            ofRank[rank]++;
        });
        double z = REGISTERS * tau(1 - (double) ofRank[RANK_MAX] / REGISTERS);
        for (int rank = RANK_MAX - 1; rank >= 1; rank--) {
            z = (z + ofRank[rank]) / 2;
        }
        z += REGISTERS * sigma((double) ofRank[0] / REGISTERS);
        return Math.round(REGISTERS / (2 * Math.log(2)) * REGISTERS / z);
    }

    private static double sigma(double share) {
        if (share == 1) {
            return Double.POSITIVE_INFINITY;
        }
        double x = share;
        double y = 1;
        double sum = share;
        double before;
        do {
            x *= x;
            before = sum;
            sum += x * y;
            y += y;
        } while (sum != before);
        return sum;
    }

    private static double tau(double share) {
        if (share == 0 || share == 1) {
            return 0;
        }
        double x = share;
        double y = 1;
        double sum = 1 - share;
        double before;
        do {
            x = Math.sqrt(x);
            before = sum;
            y /= 2;
            sum -= (1 - x) * (1 - x) * y;
        } while (sum != before);
        return sum / 3;
    }
}

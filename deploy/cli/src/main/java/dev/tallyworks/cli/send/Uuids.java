package dev.tallyworks.cli.send;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names for events that have none: {@code <prefix>-<line>-<hash of the row>}. The same row in the same line under the same prefix
 * has the same name whenever it is sent, so it counts once; another row has another name, even where a file of the same name has
 * been written anew.
 */
public final class Uuids {
    private static final int PREFIX_MAX = 80;
    private static final int HASH_BYTES = 8;

    private final String prefix;

    /** @param prefix what is odd in it, or beyond 80 characters, is replaced or cut */
    public Uuids(String prefix) {
        String plain = prefix.replaceAll("[^A-Za-z0-9._:-]", "_");
        this.prefix = plain.substring(0, Math.min(PREFIX_MAX, plain.length()));
    }

    /** Of a file's name, without what says how it is packed. */
    static Uuids ofFile(String name) {
        return new Uuids(name.replaceAll("\\.gz$", ""));
    }

    String prefix() {
        return prefix;
    }

    String of(Record record) {
        byte[] hash = RecordReader.sha256().digest(record.bytes());
        return prefix + '-' + record.line() + '-' + HexFormat.of().formatHex(Arrays.copyOf(hash, HASH_BYTES));
    }
}

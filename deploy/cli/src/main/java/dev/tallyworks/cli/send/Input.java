package dev.tallyworks.cli.send;

import dev.tallyworks.cli.command.UsageError;
import dev.tallyworks.cli.console.Console;
import dev.tallyworks.cli.console.Progress;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A file, or standard input, as a stream of bytes; gzip is taken off. */
final class Input implements Closeable {
    static final String STDIN = "-";
    private static final int GZIP_BUFFER = 1 << 16;
    private static final int[] GZIP = {0x1f, 0x8b};

    private final long size;
    private final Counted raw;
    private final boolean gzipped;
    private final InputStream stream;

    private Input(long size, InputStream in) throws IOException {
        this.size = size;
        this.raw = new Counted(in);
        PushbackInputStream ahead = new PushbackInputStream(raw, GZIP.length);
        byte[] magic = ahead.readNBytes(GZIP.length);
        ahead.unread(magic);
        this.gzipped = magic.length == GZIP.length && (magic[0] & 0xff) == GZIP[0] && (magic[1] & 0xff) == GZIP[1];
        this.stream = gzipped ? new GZIPInputStream(ahead, GZIP_BUFFER) : ahead;
    }

    /**
     * @param file {@code -} for standard input
     * @throws UsageError where there is no such file
     */
    static Input open(String file, Console console) throws IOException {
        if (file.equals(STDIN)) {
            return new Input(Progress.UNKNOWN, console.in());
        }
        Path path = Path.of(file);
        if (!Files.isReadable(path) || Files.isDirectory(path)) {
            throw new UsageError("can't read the file " + file
                    + (Files.exists(path) ? ": it is a folder, or may not be read" : ": there is none"));
        }
        return new Input(Files.isRegularFile(path) ? Files.size(path) : Progress.UNKNOWN, Files.newInputStream(path));
    }

    /** Where a file lies; null of what can't be read again: standard input, pipes. */
    static @Nullable Path pathOf(String file) throws IOException {
        return !file.equals(STDIN) && Files.isRegularFile(Path.of(file))
                ? Path.of(file).toRealPath()
                : null;
    }

    /** As people call it. */
    static String nameOf(String file) {
        return file.equals(STDIN) ? "stdin" : Path.of(file).getFileName().toString();
    }

    /** Of the file as it lies there; {@link Progress#UNKNOWN} of what has none. */
    long size() {
        return size;
    }

    /** Without gzip. */
    InputStream stream() {
        return stream;
    }

    /** Where in the file as it lies there a byte stands that was just read, of {@code offset} without gzip. */
    long position(long offset) {
        return gzipped ? raw.count : offset;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    /** Knows how much was read. */
    private static final class Counted extends FilterInputStream {
        private long count;

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            int read = super.read(to, from, length);
            count += Math.max(0, read);
            return read;
        }
    }
}

package dev.tallyworks.cli.send;

import dev.tallyworks.cli.api.Json;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file with a JSON document for each row that was not taken. It is made for the first of them. */
final class Rejects implements Closeable {
    private final Path path;
    private final long start;
    private @Nullable FileChannel file;

    /** @param start what the file holds beyond it belongs to rows that are sent again */
    Rejects(Path path, long start) {
        this.path = path;
        this.start = start;
    }

    /** @return how long the file is then */
    long append(List<Rejection> rejections) throws IOException {
        if (rejections.isEmpty()) {
            return file == null ? start : file.position();
        }
        FileChannel out = open();
        StringBuilder lines = new StringBuilder();
        for (Rejection rejection : rejections) {
            lines.append(Json.line(Json.object()
                            .put("line", rejection.line())
                            .put("uuid", rejection.uuid())
                            .put("code", rejection.code())
                            .put("detail", rejection.detail())
                            .put("text", rejection.text())))
                    .append('\n');
        }
        ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
        return out.position();
    }

    private FileChannel open() throws IOException {
        @Nullable FileChannel opened = file;
        if (opened == null) {
            opened = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            opened.truncate(start);
            opened.position(opened.size());
            file = opened;
        }
        return opened;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}

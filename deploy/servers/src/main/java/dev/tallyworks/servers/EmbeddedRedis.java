package dev.tallyworks.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;
import redis.embedded.core.ExecutableProvider;

/** A Redis beside this process, ended with it. */
public final class EmbeddedRedis implements AutoCloseable {
    /**
     * Becomes the program of its arguments, and has it end when the standard input does: a pipe that only the process holds
     * that started it, so that it ends even if that process is killed.
     */
    private static final String GUARDED =
            "exec 3<&0; (cat <&3; kill \"$$\") >/dev/null 2>&1 & exec \"$@\" 3<&- </dev/null";

    private final RedisServer server;
    private final int port;

    private EmbeddedRedis(int port, @Nullable Path folder) {
        try {
            this.port = port == 0 ? freePort() : port;
            this.server = new RedisServer(this.port, command(program(), this.port, folder), false);
            server.start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** @param port 0 for any */
    public static EmbeddedRedis inMemory(int port) {
        return new EmbeddedRedis(port, null);
    }

    /** The server's program, in a temporary folder that goes when this process ends. */
    public static Path program() throws IOException {
        return ExecutableProvider.newJarResourceProvider().get().toPath();
    }

    /**
     * Runs the server as a process, whose standard input must be a pipe: with the other end of that pipe it ends too.
     *
     * @param folder where it keeps its data; null: in memory
     */
    public static List<String> command(Path program, int port, @Nullable Path folder) {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", GUARDED, "redis", program.toString()));
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", ""));
        command.addAll(List.of("--maxmemory-policy", "noeviction"));
        if (folder == null) {
            command.addAll(List.of("--appendonly", "no"));
        } else {
            command.addAll(List.of(
                    "--appendonly", "yes", "--dir", folder.toAbsolutePath().toString()));
        }
        return List.copyOf(command);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}

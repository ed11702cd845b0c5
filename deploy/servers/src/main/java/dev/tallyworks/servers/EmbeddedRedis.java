package dev.tallyworks.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/** A Redis beside this process, ended with it. */
public final class EmbeddedRedis implements AutoCloseable {
    private final RedisServer server;
    private final int port;

    private EmbeddedRedis(int port, @Nullable Path folder) {
        try {
            this.port = port == 0 ? freePort() : port;
            RedisServerBuilder builder = RedisServer.newRedisServer()
                    .port(this.port)
                    .setting("save \"\"")
                    .setting("maxmemory-policy noeviction");
            if (folder == null) {
                builder.setting("appendonly no");
            } else {
                builder.setting("appendonly yes").setting("dir " + folder.toAbsolutePath());
            }
            this.server = builder.build();
            server.start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** @param port 0 for any */
    public static EmbeddedRedis inMemory(int port) {
        return new EmbeddedRedis(port, null);
    }

    /** Keeps its data in this folder. */
    public static EmbeddedRedis in(Path folder, int port) {
        return new EmbeddedRedis(port, folder);
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

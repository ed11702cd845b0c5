package dev.tallyworks.servers;

import de.bwaldvogel.mongo.MongoServer;
import dev.tallyworks.servers.index.IndexedH2Backend;
import dev.tallyworks.servers.index.IndexedMemoryBackend;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** A MongoDB in this process. */
public final class EmbeddedMongo implements AutoCloseable {
    private final MongoServer server;
    private final InetSocketAddress address;

    private EmbeddedMongo(MongoServer server, int port) {
        this.server = server;
        server.bind("127.0.0.1", port);
        this.address = server.getLocalAddress();
    }

    /** @param port 0 for any */
    public static EmbeddedMongo inMemory(int port) {
        return new EmbeddedMongo(new MongoServer(new IndexedMemoryBackend()), port);
    }

    /** Keeps its data in a file of this folder. */
    public static EmbeddedMongo in(Path folder, int port) {
        return new EmbeddedMongo(
                new MongoServer(
                        new IndexedH2Backend(folder.resolve("mongodb.h2").toString())),
                port);
    }

    /** Without a database. */
    public String url() {
        return "mongodb://127.0.0.1:" + address.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}

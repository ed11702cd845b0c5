package dev.tallyworks.local;

import dev.tallyworks.local.process.AppProcess;
import dev.tallyworks.local.process.Installation;
import dev.tallyworks.servers.EmbeddedRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the embedded servers are started, each as a process of its own. */
public final class EmbeddedStores {
    /** Taken as data comes: a year of flights with some million rollups needs about half of it in memory. */
    private static final int MONGO_HEAP_MEGABYTES = 4_096;

    private EmbeddedStores() {}

    /** @param folder for its data; null: in memory */
    public static AppProcess.Spec mongo(Installation installation, int port, @Nullable Path folder) {
        String at = Integer.toString(port);
        List<String> arguments = folder == null ? List.of(at) : List.of(at, folder.toString());
        return installation.program("mongodb", MongoProgram.class, MONGO_HEAP_MEGABYTES, arguments, port);
    }

    /** @param folder for its data; null: in memory */
    public static AppProcess.Spec redis(int port, @Nullable Path folder) {
        try {
            return new AppProcess.Spec(
                    "redis", EmbeddedRedis.command(EmbeddedRedis.program(), port, folder), Map.of(), port);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}

package dev.tallyworks.cli.send;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.command.UsageError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps how far a file was taken, while it is not yet taken whole. A reader finds a whole state or none. */
final class StateFile {
    private static final int KEY_BYTES = 8;

    private final Path path;

    private StateFile(Path path) {
        this.path = path;
    }

    /**
     * @param name what people recognize it by
     * @param key all that makes it another sending: file, source, server, mapping
     * @throws UsageError where the folder can't be made
     */
    static StateFile in(Path folder, String name, List<String> key) {
        byte[] hash = RecordReader.sha256().digest(String.join("\0", key).getBytes(StandardCharsets.UTF_8));
        String id = HexFormat.of().formatHex(Arrays.copyOf(hash, KEY_BYTES));
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            throw new UsageError("can't keep in " + folder + " how far the file was taken (" + failed
                    + "): name a folder with --state, or do without it by --no-resume");
        }
        return new StateFile(folder.resolve(name.replaceAll("[^A-Za-z0-9._-]", "_") + '-' + id + ".json"));
    }

    /** Where states are kept usually. */
    static Path usualFolder(Map<String, String> environment) {
        @Nullable String states = environment.get("XDG_STATE_HOME");
        Path folder = states == null || states.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".local", "state")
                : Path.of(states);
        return folder.resolve("tallyctl");
    }

    /** The beginning where there is none, or it was damaged: to send again is always safe. */
    SendState load() throws IOException {
        try {
            return SendState.of(Json.MAPPER.readTree(Files.readString(path))).orElse(SendState.BEGINNING);
        } catch (NoSuchFileException | JsonProcessingException none) {
            return SendState.BEGINNING;
        }
    }

    void save(SendState state) throws IOException {
        Path written = path.resolveSibling(path.getFileName() + ".new");
        Files.writeString(written, Json.line(state.toJson()) + "\n");
        try {
            Files.move(written, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException taken) {
            throw new UsageError("another tallyctl sends this file to this source right now: let it (" + path + ")");
        }
    }

    void remove() throws IOException {
        Files.deleteIfExists(path);
    }
}

package dev.tallyworks.e2e;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tallyworks.local.process.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code deploy/cli/tallyctl} as a process, through a link in a folder where it keeps what it writes. */
final class Tallyctl {
    private static final long LIMIT_SECONDS = 180;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final Path folder;
    private final Path script;
    private final String url;

    /** A command that has ended. */
    record Ended(int code, String out, String err) {
        JsonNode json() throws IOException {
            return JSON.readTree(out);
        }
    }

    /** @param folder empty */
    Tallyctl(Path folder, String url) throws IOException {
        Path original =
                Installation.find().root().resolve("deploy/cli/tallyctl").toRealPath();
        // It was built by what runs this test: the script need not build it again.
        Files.setLastModifiedTime(original.resolveSibling("target/tallyctl.jar"), FileTime.from(Instant.now()));
        this.folder = folder;
        this.script = Files.createSymbolicLink(folder.resolve("linked tallyctl"), original);
        this.url = url;
    }

    /** Where it keeps how far it has sent a file. */
    Path states() {
        return folder.resolve("state/tallyctl");
    }

    Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TALLYCTL_"));
        builder.environment().put("TALLYCTL_URL", url);
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("XDG_STATE_HOME", folder.resolve("state").toString());
        return builder.start();
    }

    Ended run(String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still runs: " + List.of(arguments));
        }
        return new Ended(
                process.exitValue(), Files.readString(folder.resolve("out")), Files.readString(folder.resolve("err")));
    }

    /** The JSON that a command that does what it should prints. */
    JsonNode json(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--output", "json"));
        Ended ended = run(all.toArray(String[]::new));
        if (ended.code() != 0) {
            throw new AssertionError(all + " ended with " + ended);
        }
        return ended.json();
    }
}

package dev.tallyworks.local.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where the applications stand that were built, and how each is started. */
public final class Installation {
    private static final String INGEST = "ingest-api";
    private static final String WORKER = "aggregator-worker";

    /** Further options of the applications' JVMs, such as a debugger's, separated by spaces. */
    private static final String JAVA_OPTIONS = "TW_JAVA_OPTS";

    /** Where it is {@code true}, the native executables are started in place of the jars. */
    private static final String NATIVE = "TW_TEST_NATIVE";

    /** The collector that starts fastest and asks for least; and out of memory, a process is better begun anew. */
    private static final List<String> JVM_FLAGS =
            List.of("-XX:+UseSerialGC", "-Xshare:auto", "-XX:+ExitOnOutOfMemoryError");

    /** The collector that never stands still for long, however much the embedded servers hold. */
    private static final List<String> SERVER_FLAGS =
            List.of("-XX:+UseG1GC", "-Xshare:auto", "-XX:+ExitOnOutOfMemoryError");

    private final Path root;

    private Installation(Path root) {
        this.root = root;
    }

    /** The one that {@code tw.root} names, otherwise the working folder's or that of the nearest folder above it. */
    public static Installation find() {
        Path start = Path.of(System.getProperty("tw.root", "")).toAbsolutePath();
        for (@Nullable Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve(INGEST).resolve("pom.xml"))
                    && Files.exists(folder.resolve(WORKER).resolve("pom.xml"))) {
                return new Installation(folder);
            }
        }
        throw new IllegalStateException(start + " is not inside Tallyworks");
    }

    /** Another one that was built, of whatever release, with this module. */
    public static Installation at(Path root) {
        return new Installation(root);
    }

    public Path root() {
        return root;
    }

    public Path sample() {
        return root.resolve("deploy/samples/flights-2013-week1.ndjson.gz");
    }

    public AppProcess.Spec ingest(String name, int port, Map<String, String> environment) {
        return application(INGEST, name, port, 512, environment);
    }

    public AppProcess.Spec worker(String name, int port, Map<String, String> environment) {
        return application(WORKER, name, port, 768, environment);
    }

    private AppProcess.Spec application(
            String module, String name, int port, int heapMegabytes, Map<String, String> environment) {
        List<String> command = new ArrayList<>();
        String heap = "-Xmx" + heapMegabytes + "m";
        List<String> settings = new ArrayList<>(List.of("-Dquarkus.http.port=" + port));
        if (System.getenv("QUARKUS_HTTP_HOST") == null) {
            // Without keys, for this machine alone.
            settings.add("-Dquarkus.http.host=127.0.0.1");
        }
        if (Boolean.parseBoolean(System.getenv(NATIVE))) {
            command.addAll(List.of(executable(module).toString(), heap));
            command.addAll(settings);
        } else {
            command.addAll(List.of(java(), heap));
            command.addAll(JVM_FLAGS);
            command.add("-javaagent:" + root.resolve("deploy/local/target/local-run-guard.jar"));
            command.addAll(settings);
            command.addAll(givenOptions());
            command.addAll(List.of("-jar", jar(module).toString()));
        }
        return new AppProcess.Spec(name, command, environment, port);
    }

    private Path jar(String module) {
        Path jar = root.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: build with mvn -q package -DskipTests -Dquick");
        }
        return jar;
    }

    private Path executable(String module) {
        Path target = root.resolve(module).resolve("target");
        try (DirectoryStream<Path> runners = Files.newDirectoryStream(target, module + "-*-runner")) {
            for (Path runner : runners) {
                return runner;
            }
        } catch (IOException missing) {
            throw new IllegalStateException("no executable of " + module + " in " + target, missing);
        }
        throw new IllegalStateException(
                "no executable of " + module + " in " + target + ": build with mvn -q package -DskipTests -Dnative");
    }

    /** A Java program of this module, in a process of its own. */
    public AppProcess.Spec program(String name, Class<?> main, int heapMegabytes, List<String> arguments, int port) {
        List<String> command = new ArrayList<>(List.of(java(), "-Xmx" + heapMegabytes + "m"));
        command.addAll(SERVER_FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return new AppProcess.Spec(name, command, Map.of(), port);
    }

    /** After ours, so that they win. */
    private static List<String> givenOptions() {
        @Nullable String given = System.getenv(JAVA_OPTIONS);
        return given == null || given.isBlank()
                ? List.of()
                : List.of(given.strip().split("\\s+"));
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}

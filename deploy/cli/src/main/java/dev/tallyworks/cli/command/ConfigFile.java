package dev.tallyworks.cli.command;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Defaults of a person: {@code url}, {@code key} and {@code output} in a properties file, which {@code TALLYCTL_CONFIG} names;
 * otherwise {@code tallyctl/config.properties} in {@code $XDG_CONFIG_HOME} or {@code ~/.config}.
 */
public final class ConfigFile {
    /** Names the file. */
    public static final String VARIABLE = "TALLYCTL_CONFIG";

    private static final Set<String> NAMES = Set.of("url", "key", "output");

    private final Path path;
    private final Properties values;

    private ConfigFile(Path path, Properties values) {
        this.path = path;
        this.values = values;
    }

    /** @throws UsageError where it can't be read, a file that is named is not there, or it holds an unknown name */
    public static ConfigFile read(Map<String, String> environment) {
        @Nullable String named = environment.get(VARIABLE);
        Path path = named == null || named.isEmpty() ? usual(environment) : Path.of(named);
        Properties values = new Properties();
        if (named == null && !Files.exists(path)) {
            return new ConfigFile(path, values);
        }
        try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            values.load(reader);
        } catch (IOException | IllegalArgumentException failed) {
            throw new UsageError("can't read the config file " + path + ": " + failed);
        }
        for (String name : values.stringPropertyNames()) {
            if (!NAMES.contains(name)) {
                throw new UsageError("the config file " + path + " has an unknown name '" + name
                        + "': it may have url, key and output");
            }
        }
        return new ConfigFile(path, values);
    }

    private static Path usual(Map<String, String> environment) {
        @Nullable String configured = environment.get("XDG_CONFIG_HOME");
        Path folder = configured == null || configured.isEmpty()
                ? Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".config")
                : Path.of(configured);
        return folder.resolve("tallyctl").resolve("config.properties");
    }

    public Path path() {
        return path;
    }

    public @Nullable String value(String name) {
        @Nullable String value = values.getProperty(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** Whether it holds a key that other accounts of this machine can read. */
    public boolean tellsOthersTheKey() {
        if (value("key") == null
                || !FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            return false;
        }
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
            return permissions.contains(PosixFilePermission.GROUP_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_READ);
        } catch (IOException gone) {
            return false;
        }
    }
}

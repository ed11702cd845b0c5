package dev.tallyworks.cli.command;

import dev.tallyworks.cli.api.Api;
import dev.tallyworks.cli.api.Waiting;
import dev.tallyworks.cli.console.Console;
import dev.tallyworks.cli.console.Format;
import dev.tallyworks.cli.console.Output;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Options that every command has. What is not given comes from the environment, then from the config file. */
public final class GlobalOptions {
    /** Of the mixin in the root command. */
    public static final String NAME = "global";

    public static final String URL_VARIABLE = "TALLYCTL_URL";
    public static final String KEY_VARIABLE = "TALLYCTL_KEY";
    public static final String OUTPUT_VARIABLE = "TALLYCTL_OUTPUT";

    private static final String URL_DEFAULT = "http://localhost:8080";

    private final Console console;
    private final Waiting waiting;
    private final String version;

    @Option(
            names = "--url",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = "where the API answers (TALLYCTL_URL; " + URL_DEFAULT + ")")
    private @Nullable String url;

    @Option(
            names = "--key",
            scope = ScopeType.INHERIT,
            paramLabel = "KEY",
            description = "the API key; better in TALLYCTL_KEY or the config file, where no process list shows it")
    private @Nullable String key;

    @Option(
            names = {"-o", "--output"},
            scope = ScopeType.INHERIT,
            paramLabel = "FORMAT",
            description = "table, csv or json (TALLYCTL_OUTPUT; table)")
    private @Nullable String output;

    @Option(
            names = "--timeout",
            scope = ScopeType.INHERIT,
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "how long one request may take (${DEFAULT-VALUE})")
    private int timeoutSeconds;

    @Option(
            names = "--retry-for",
            scope = ScopeType.INHERIT,
            paramLabel = "SECONDS",
            description = "how long a request is tried again while the server can't (10; events send: 600)")
    private @Nullable Integer retryForSeconds;

    private static final int RETRY_FOR_SECONDS = 10;

    public GlobalOptions(Console console, Waiting waiting, String version) {
        this.console = console;
        this.waiting = waiting;
        this.version = version;
    }

    /** Those of the command line that a command is part of. */
    public static GlobalOptions of(CommandSpec command) {
        return (GlobalOptions) command.root().mixins().get(NAME).userObject();
    }

    public Console console() {
        return console;
    }

    public Waiting waiting() {
        return waiting;
    }

    /** Of this program. */
    public String version() {
        return version;
    }

    /** How long to try again, where a command has a usual time of its own. */
    public Duration retryFor(int usualSeconds) {
        return Duration.ofSeconds(retryForSeconds == null ? usualSeconds : retryForSeconds);
    }

    /** @throws UsageError where they make no sense */
    public Session session() {
        ConfigFile config = ConfigFile.read(console.environment());
        Setting address = Setting.of("--url", url, URL_VARIABLE, console, config, "url", URL_DEFAULT);
        Setting secret = Setting.of("--key", key, KEY_VARIABLE, console, config, "key", "");
        Setting format = Setting.of("--output", output, OUTPUT_VARIABLE, console, config, "output", "table");
        if (timeoutSeconds < 1) {
            throw new UsageError("--timeout must be at least 1, not " + timeoutSeconds);
        }
        if (retryForSeconds != null && retryForSeconds < 0) {
            throw new UsageError("--retry-for must not be below 0, but is " + retryForSeconds);
        }
        Api.Settings settings = new Api.Settings(
                base(address),
                secret.value().isEmpty() ? null : key(secret),
                Duration.ofSeconds(timeoutSeconds),
                retryFor(RETRY_FOR_SECONDS),
                "tallyctl/" + version);
        return new Session(
                new Api(settings, waiting, RandomGenerator.getDefault()),
                new Output(console, format(format)),
                config,
                address,
                secret);
    }

    private static URI base(Setting address) {
        String text = address.value().replaceAll("/+$", "");
        try {
            URI base = URI.create(text);
            if (base.getHost() != null
                    && base.getQuery() == null
                    && ("http".equals(base.getScheme()) || "https".equals(base.getScheme()))) {
                return base;
            }
        } catch (IllegalArgumentException invalid) {
            // Said below.
        }
        throw new UsageError(
                address.origin() + " must be a URL such as " + URL_DEFAULT + ", not '" + address.value() + "'");
    }

    /** A header can't hold any text. */
    private static String key(Setting secret) {
        if (!secret.value().matches("[\\x21-\\x7e]+")) {
            throw new UsageError(secret.origin() + " holds a blank or another character that no key has");
        }
        return secret.value();
    }

    private static Format format(Setting format) {
        for (Format known : Format.values()) {
            if (known.toString().equals(format.value().toLowerCase(Locale.ROOT))) {
                return known;
            }
        }
        throw new UsageError(format.origin() + " must be one of " + Arrays.toString(Format.values()) + ", not '"
                + format.value() + "'");
    }
}

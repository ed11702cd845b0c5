package dev.tallyworks.cli.command;

import dev.tallyworks.cli.console.Console;
import org.jspecify.annotations.Nullable;

/**
 * A value and where it comes from.
 *
 * @param origin an option, a variable, a file, or "default"
 */
public record Setting(String value, String origin) {
    /** The first of option, variable, config file and default. */
    static Setting of(
            String option,
            @Nullable String given,
            String variable,
            Console console,
            ConfigFile config,
            String name,
            String otherwise) {
        if (given != null) {
            return new Setting(given, option);
        }
        @Nullable String fromVariable = console.environment().get(variable);
        if (fromVariable != null && !fromVariable.isBlank()) {
            return new Setting(fromVariable.strip(), variable);
        }
        @Nullable String configured = config.value(name);
        return configured == null
                ? new Setting(otherwise, "default")
                : new Setting(configured, name + " in " + config.path());
    }
}

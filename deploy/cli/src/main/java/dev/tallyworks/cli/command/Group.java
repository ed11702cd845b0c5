package dev.tallyworks.cli.command;

import picocli.CommandLine.Option;

/** A command that only holds others. */
public abstract class Group {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    private boolean help;
}

package dev.tallyworks.cli.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that talks to the API. Whatever fails is thrown, and told in one place. */
public abstract class ApiCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    private boolean help;

    @Override
    public final Integer call() throws Exception {
        return run(options().session()).number();
    }

    protected final GlobalOptions options() {
        return GlobalOptions.of(spec);
    }

    /** @return how it ended, where nothing was thrown */
    protected abstract ExitCode run(Session session) throws Exception;
}

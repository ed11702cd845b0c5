package dev.tallyworks.cli;

import dev.tallyworks.cli.api.Waiting;
import dev.tallyworks.cli.command.Failures;
import dev.tallyworks.cli.command.GlobalOptions;
import dev.tallyworks.cli.command.Group;
import dev.tallyworks.cli.console.Console;
import dev.tallyworks.cli.definitions.AggregationsCommand;
import dev.tallyworks.cli.definitions.ReportsCommand;
import dev.tallyworks.cli.definitions.SourcesCommand;
import dev.tallyworks.cli.events.EventsCommand;
import dev.tallyworks.cli.operation.AuditCommand;
import dev.tallyworks.cli.operation.DeadLettersCommand;
import dev.tallyworks.cli.operation.DoctorCommand;
import dev.tallyworks.cli.operation.QueueCommand;
import dev.tallyworks.cli.operation.RebuildCommand;
import dev.tallyworks.cli.operation.RebuildsCommand;
import dev.tallyworks.cli.operation.WorkersCommand;
import dev.tallyworks.cli.question.DatasetCommand;
import dev.tallyworks.cli.question.QueryCommand;
import dev.tallyworks.cli.question.TopCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command line of Tallyworks. */
@Command(
        name = "tallyctl",
        description = "Sends events to Tallyworks, asks for numbers, and looks after it.",
        subcommands = {
            EventsCommand.class,
            QueryCommand.class,
            DatasetCommand.class,
            TopCommand.class,
            SourcesCommand.class,
            ReportsCommand.class,
            AggregationsCommand.class,
            QueueCommand.class,
            WorkersCommand.class,
            DeadLettersCommand.class,
            RebuildCommand.class,
            RebuildsCommand.class,
            AuditCommand.class,
            DoctorCommand.class,
            GenerateCompletion.class
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done; of events: all were taken, or known before",
            "1:some events were refused, the others taken",
            "2:the command line is wrong, or a file that it names can't be used",
            "3:refused by the server (4xx)",
            "4:nothing answers, or the server can't (5xx), for as long as it was tried",
            "5:an audit found differences",
            "6:the doctor found something that needs a hand",
            "7:a rebuild that was waited for failed, or was cancelled",
            "8:dead letters are left that were to be retried or discarded: the same command goes on",
            "70:a fault of this program",
            "130:interrupted (Ctrl-C)"
        },
        footer = {
            "",
            "Settings come from options, then from TALLYCTL_URL, TALLYCTL_KEY and",
            "TALLYCTL_OUTPUT, then from url, key and output in",
            "~/.config/tallyctl/config.properties (TALLYCTL_CONFIG names another file).",
            "Arguments can be kept in a file: @FILE.",
            "Bash and zsh complete commands after: source <(tallyctl generate-completion)"
        })
public final class Tallyctl extends Group {
    @Mixin(name = GlobalOptions.NAME)
    private final GlobalOptions global;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "show the version")
    private boolean version;

    private Tallyctl(GlobalOptions global) {
        this.global = global;
    }

    /** Ends the process with the command's exit code. */
    public static void main(String[] arguments) {
        Console console = Console.ofProcess();
        int code = commandLine(console, Waiting.REAL).execute(arguments);
        console.out().flush();
        System.exit(code);
    }

    /** @param waiting the time that commands live in */
    static CommandLine commandLine(Console console, Waiting waiting) {
        Tallyctl root = new Tallyctl(new GlobalOptions(console, waiting, versionOfProgram()));
        Failures failures = new Failures(console);
        CommandLine commandLine = new CommandLine(root)
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures)
                .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
                .setUsageHelpWidth(Math.max(80, Math.min(120, console.columns())))
                .setUsageHelpLongOptionsMaxWidth(30)
                .setAbbreviatedSubcommandsAllowed(false);
        IVersionProvider version = () -> new String[] {"tallyctl " + root.global.version()};
        commandLine.getCommandSpec().versionProvider(version);
        return commandLine;
    }

    private static String versionOfProgram() {
        String version = Tallyctl.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}

package dev.tallyworks.cli.command;

import dev.tallyworks.cli.api.Refused;
import dev.tallyworks.cli.api.Unavailable;
import dev.tallyworks.cli.console.Console;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells on stderr why a command failed, in one place and one form; gives its exit code. */
public final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private final Console console;

    public Failures(Console console) {
        this.console = console;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        if (failure instanceof ParameterException wrong) {
            return handleParseException(wrong, new String[0]);
        }
        if (failure instanceof UsageError) {
            return say(failure.getMessage(), ExitCode.USAGE);
        }
        if (failure instanceof Refused refused) {
            return say(refused.getMessage() + advice(refused), ExitCode.REFUSED);
        }
        if (failure instanceof Unavailable) {
            return say(failure.getMessage() + "\n  'tallyctl doctor' looks into it", ExitCode.UNAVAILABLE);
        }
        if (failure instanceof IOException) {
            return say("can't read or write: " + failure, ExitCode.USAGE);
        }
        if (failure instanceof InterruptedException) {
            return say("interrupted", ExitCode.UNAVAILABLE);
        }
        say("a fault of this program: " + failure, ExitCode.INTERNAL);
        failure.printStackTrace(console.err());
        return ExitCode.INTERNAL.number();
    }

    private static String advice(Refused refused) {
        return switch (refused.problem().status()) {
            case UNAUTHORIZED -> "\n  give a key in TALLYCTL_KEY or the config file; 'tallyctl doctor' looks into it";
            case FORBIDDEN -> "\n  this key may not do that: use one with the scope that it needs";
            default -> "";
        };
    }

    private int say(String message, ExitCode code) {
        console.note("tallyctl: " + message);
        return code.number();
    }

    @Override
    public int handleParseException(ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        say(wrong.getMessage(), ExitCode.USAGE);
        if (!UnmatchedArgumentException.printSuggestions(wrong, console.err())) {
            console.note("  try '" + command.getCommandSpec().qualifiedName() + " --help'");
        }
        return ExitCode.USAGE.number();
    }
}

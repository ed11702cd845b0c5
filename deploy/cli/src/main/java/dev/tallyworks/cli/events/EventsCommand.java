package dev.tallyworks.cli.events;

import dev.tallyworks.cli.command.Group;
import dev.tallyworks.cli.send.SendCommand;
import picocli.CommandLine.Command;

/** {@code events}. */
@Command(
        name = "events",
        description = "Send events, watch them come, and read them back.",
        subcommands = {SendCommand.class, TailCommand.class, ListEventsCommand.class, ShowEventCommand.class})
public final class EventsCommand extends Group {}

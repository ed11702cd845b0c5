package dev.tallyworks.cli.question;

import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.command.RangeOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all questions have: which time, and which events. */
final class QuestionOptions {
    @Mixin
    private RangeOptions range = new RangeOptions();

    @Option(names = "--attribution", paramLabel = "TYPE:VALUE", description = "of this one alone, such as user:42")
    private @Nullable String attribution;

    @Option(names = "--source", paramLabel = "SOURCE", description = "of this source alone; repeatable")
    private List<String> sources = new ArrayList<>();

    @Option(names = "--type", paramLabel = "TYPE", description = "of events of this type alone; repeatable")
    private List<String> types = new ArrayList<>();

    @Option(names = "--mode", paramLabel = "MODE", description = "combined, historical or realtime (combined)")
    private @Nullable String mode;

    /** Says what is missing before anything is asked. */
    void check() {
        range.check();
    }

    Request on(Request request) {
        return range.on(request)
                .with("attribution", attribution)
                .withAll("sources", sources)
                .withAll("eventTypes", types)
                .with("mode", mode);
    }
}

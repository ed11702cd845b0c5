package dev.tallyworks.cli.question;

import dev.tallyworks.cli.api.Request;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How time is divided. */
final class UnitOptions {
    @Option(
            names = {"-g", "--granularity"},
            paramLabel = "UNIT",
            defaultValue = "all",
            description = "such as minute, hour, day, week, month or all; repeatable (${DEFAULT-VALUE})")
    private List<String> granularity = new ArrayList<>();

    @Option(names = "--timezone", paramLabel = "ZONE", description = "of days and longer units (UTC)")
    private @Nullable String timezone;

    @Option(names = "--zero", description = "show units without data")
    private boolean zero;

    Request on(Request request) {
        return request.withAll("granularity", granularity)
                .with("timezone", timezone)
                .with("fill", zero ? "zero" : null);
    }
}

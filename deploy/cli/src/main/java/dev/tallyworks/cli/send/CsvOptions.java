package dev.tallyworks.cli.send;

import dev.tallyworks.cli.command.UsageError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The mapping of a CSV as options. Many of them fit into a file, which is given as {@code @file}. */
final class CsvOptions {
    @Option(names = "--uuid-column", paramLabel = "COLUMN", description = "holds the uuids")
    private @Nullable String uuid;

    @Option(names = "--type", paramLabel = "TYPE", description = "the type of all events of a CSV")
    private @Nullable String type;

    @Option(names = "--type-column", paramLabel = "COLUMN", description = "holds the types")
    private @Nullable String typeColumn;

    @Option(
            names = "--timestamp-column",
            paramLabel = "COLUMN",
            description = "holds the times; without it events happen when they are received")
    private @Nullable String timestamp;

    @Option(
            names = "--timestamp-format",
            paramLabel = "FORMAT",
            description = "epoch-seconds, or a pattern such as 'yyyy-MM-dd HH:mm' (ISO-8601 or epoch milliseconds)")
    private @Nullable String pattern;

    @Option(
            names = "--timezone",
            paramLabel = "ZONE",
            defaultValue = "UTC",
            description = "of a pattern without one, such as Europe/Berlin (${DEFAULT-VALUE})")
    private String zone = "UTC";

    @Option(
            names = "--attribution",
            paramLabel = "TYPE=COLUMN",
            description = "makes an attribution of a column, whose name is the type where only it is given; repeatable")
    private List<String> attributions = new ArrayList<>();

    @Option(
            names = "--field",
            paramLabel = "NAME=COLUMN",
            description =
                    "makes a payload field of a column; repeatable. Without any, all columns that are nothing else are fields")
    private List<String> fields = new ArrayList<>();

    @Option(
            names = "--text",
            paramLabel = "COLUMN",
            description = "is text, also where it looks like a number; repeatable")
    private List<String> texts = new ArrayList<>();

    @Option(
            names = "--delimiter",
            paramLabel = "CHARACTER",
            defaultValue = ",",
            description = "between cells; 'tab' is one (${DEFAULT-VALUE})")
    private String delimiter = ",";

    CsvMapping mapping() {
        return new CsvMapping(
                uuid,
                type,
                typeColumn,
                timestamp,
                new CsvTimes(pattern, zone),
                pairs("--attribution", attributions),
                pairs("--field", fields),
                Set.copyOf(texts),
                delimiter());
    }

    private char delimiter() {
        if (delimiter.equals("tab")) {
            return '\t';
        }
        if (delimiter.length() != 1) {
            throw new UsageError("--delimiter must be one character, or tab, not '" + delimiter + "'");
        }
        return delimiter.charAt(0);
    }

    private static Map<String, String> pairs(String option, List<String> texts) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            String name = equals < 0 ? text : text.substring(0, equals);
            String column = text.substring(equals + 1);
            if (name.isEmpty() || column.isEmpty()) {
                throw new UsageError(option + " must be NAME=COLUMN, not '" + text + "'");
            }
            if (pairs.put(name, column) != null) {
                throw new UsageError(option + " names " + name + " twice");
            }
        }
        return pairs;
    }
}

package dev.tallyworks.cli.events;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.console.Column;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which events of a source. */
final class EventFilter {
    static final List<Column> COLUMNS = List.of(
            Column.of("timestamp"),
            Column.of("type"),
            Column.of("uuid"),
            new Column("attributions", event -> attributions(event)),
            Column.of("payload"));

    @Option(
            names = {"-s", "--source"},
            required = true,
            paramLabel = "SOURCE",
            description = "the id of the source")
    private String source = "";

    @Option(names = "--type", paramLabel = "TYPE", description = "only events of this type")
    private @Nullable String type;

    @Option(names = "--attribution", paramLabel = "TYPE:VALUE", description = "only events with this attribution")
    private @Nullable String attribution;

    Request request() {
        return Request.get("sources", source, "events").with("type", type).with("attribution", attribution);
    }

    private static String attributions(JsonNode event) {
        StringBuilder pairs = new StringBuilder();
        for (JsonNode pair : event.path("attributions")) {
            pairs.append(pairs.isEmpty() ? "" : ",")
                    .append(pair.path("type").asText())
                    .append(':')
                    .append(pair.path("value").asText());
        }
        return pairs.toString();
    }
}

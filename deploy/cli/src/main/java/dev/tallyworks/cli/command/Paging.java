package dev.tallyworks.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.cli.api.Json;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.console.Column;
import dev.tallyworks.cli.console.Output;
import java.util.List;
import picocli.CommandLine.Option;

/** Lists that the API gives in pages. */
public final class Paging {
    private static final int PAGE_MAX = 1_000;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "at most so many; 0: all of them (${DEFAULT-VALUE})")
    private int limit;

    public Paging() {}

    private Paging(int limit) {
        this.limit = limit;
    }

    /** Whatever there is. */
    public static Paging all() {
        return new Paging(0);
    }

    /** Puts out what {@link #read} gives. */
    public ExitCode list(Session session, Request list, List<Column> columns) throws InterruptedException {
        JsonNode answer = read(session, list);
        session.output().list(answer, Output.rows(answer.path("items")), columns);
        return ExitCode.OK;
    }

    /**
     * The items of as many pages as it takes, in the shape of one page.
     *
     * @param list without limit and cursor
     */
    public ObjectNode read(Session session, Request list) throws InterruptedException {
        if (limit < 0) {
            throw new UsageError("--limit must not be below 0, but is " + limit);
        }
        ArrayNode items = Json.MAPPER.createArrayNode();
        String cursor = null;
        do {
            int page = limit == 0 ? PAGE_MAX : Math.min(PAGE_MAX, limit - items.size());
            JsonNode answer = session.json(list.with("limit", page).with("cursor", cursor));
            answer.path("items").forEach(items::add);
            cursor = answer.path("nextCursor").textValue();
        } while (cursor != null && (limit == 0 || items.size() < limit));
        if (cursor != null) {
            session.output().note("there are more than these " + items.size() + ": --limit 0 lists all");
        }
        ObjectNode all = Json.object();
        all.set("items", items);
        all.put("nextCursor", cursor);
        return all;
    }
}

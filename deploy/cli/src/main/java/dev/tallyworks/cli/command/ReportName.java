package dev.tallyworks.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Refused;
import dev.tallyworks.cli.api.Request;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** A report as people call it: its id, or its name where only one has it. */
public final class ReportName {
    private static final int NOT_FOUND = 404;

    @Parameters(index = "0", paramLabel = "REPORT", description = "id or name of the report")
    private String text = "";

    /**
     * Its id.
     *
     * @throws Refused where there is none
     * @throws UsageError where several have that name
     */
    public String id(Session session) throws InterruptedException {
        try {
            return session.json(Request.get("reports", text)).path("id").asText();
        } catch (Refused refused) {
            if (refused.problem().status() != NOT_FOUND) {
                throw refused;
            }
            List<String> ids = new ArrayList<>();
            for (JsonNode report :
                    Paging.all().read(session, Request.get("reports")).path("items")) {
                if (report.path("name").asText().equals(text)) {
                    ids.add(report.path("id").asText());
                }
            }
            if (ids.isEmpty()) {
                throw refused;
            }
            if (ids.size() > 1) {
                throw new UsageError(
                        ids.size() + " reports are named '" + text + "': give one's id, " + String.join(", ", ids));
            }
            return ids.get(0);
        }
    }
}

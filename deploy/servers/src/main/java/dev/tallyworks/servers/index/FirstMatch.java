package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Hands the condition that an aggregation (a count too) begins with to the collection that it reads, past the server's own
 * code, which would read all of it.
 */
final class FirstMatch {
    private record Asked(String collection, Document condition) {}

    private static final ThreadLocal<Asked> ASKED = new ThreadLocal<>();

    private FirstMatch() {}

    static Document whileAnswering(String name, Document command, Supplier<Document> answer) {
        boolean filtered = name.equalsIgnoreCase("aggregate")
                && command.get(name) instanceof String
                && command.get("pipeline") instanceof List<?> stages
                && !stages.isEmpty()
                && stages.get(0) instanceof Document first
                && first.get("$match") instanceof Document;
        if (!filtered) {
            return answer.get();
        }
        Document first = (Document) ((List<?>) command.get("pipeline")).get(0);
        ASKED.set(new Asked((String) command.get(name), (Document) first.get("$match")));
        try {
            return answer.get();
        } finally {
            ASKED.remove();
        }
    }

    /** For the collection's first reading only: later stages may read it for another reason. */
    static @Nullable Document take(String collection) {
        Asked asked = ASKED.get();
        ASKED.remove();
        return asked != null && asked.collection.equals(collection) ? asked.condition : null;
    }
}

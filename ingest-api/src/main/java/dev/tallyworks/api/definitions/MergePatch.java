package dev.tallyworks.api.definitions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.http.ProblemKind;
import java.util.ArrayList;
import java.util.List;

/** JSON Merge Patch (RFC 7396) of definitions. */
final class MergePatch {
    private MergePatch() {}

    /**
     * Applies the patch, and takes the members out that the server alone decides.
     *
     * @param fixed members that may be given only as they are
     * @throws Problem where one of them is to change
     */
    static ObjectNode apply(ObjectNode whole, ObjectNode patch, List<String> fixed) {
        ObjectNode merged = merge(whole.deepCopy(), patch);
        // The others are found by whoever reads the result, where these leave no trace.
        patch.properties().forEach(member -> {
            if (member.getValue().isNull() && !whole.has(member.getKey())) {
                throw Problem.badRequest(Problem.Item.at(
                        "/" + member.getKey().replace("~", "~0").replace("/", "~1"),
                        Problem.UNKNOWN_FIELD,
                        "'" + member.getKey() + "' is no member here."));
            }
        });
        List<Problem.Item> changed = new ArrayList<>();
        for (String member : fixed) {
            JsonNode before = whole.get(member);
            JsonNode after = merged.get(member);
            if (before != null && patch.has(member) && !before.equals(after)) {
                changed.add(Problem.Item.at(
                        "/" + member, Problem.INVALID_VALUE, "'" + member + "' stays as it is: " + before + "."));
            }
        }
        if (!changed.isEmpty()) {
            throw Problem.of(ProblemKind.INVALID, changed.get(0).detail(), changed);
        }
        return merged;
    }

    private static ObjectNode merge(ObjectNode target, ObjectNode patch) {
        patch.properties().forEach(member -> {
            JsonNode value = member.getValue();
            if (value.isNull()) {
                target.remove(member.getKey());
            } else if (value instanceof ObjectNode nested) {
                JsonNode old = target.get(member.getKey());
                ObjectNode into = old instanceof ObjectNode object ? object : target.objectNode();
                target.set(member.getKey(), merge(into, nested));
            } else {
                target.set(member.getKey(), value);
            }
        });
        return target;
    }
}

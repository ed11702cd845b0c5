package dev.tallyworks.api.query;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.metric.Metric;
import dev.tallyworks.rollup.Selection;

/**
 * Asks for the attributions of a type that have the largest numbers.
 *
 * @param limit how many of them, at least 1
 */
record TopQuestion(Question question, Metric metric, int limit) {
    private static final int LIMIT_MAX = 10_000;

    static TopQuestion read(ObjectNode body) {
        Members members = Members.of(body);
        Metric metric = QuestionReader.metric(members);
        if (metric instanceof Metric.Category
                || metric instanceof Metric.CompoundSum
                || metric instanceof Metric.Flag) {
            members.invalid(
                    "metric",
                    "/type",
                    Problem.INVALID_VALUE,
                    "'type' must be one that has a single number: COUNT, SUM, AVG, MIN, MAX, UNIQUE or PERCENTILE.");
        }
        String type = members.requiredText("attributionType");
        if (members.has("attributionType") && (type.isEmpty() || type.equals(Attribution.TOTAL))) {
            members.invalid(
                    "attributionType",
                    Problem.INVALID_VALUE,
                    "'attributionType' must be a non-empty string other than _total.");
        }
        int limit = (int) members.integer("limit", 1, LIMIT_MAX, 10);
        if (members.has("attribution")) {
            members.invalid(
                    "attribution",
                    Problem.INVALID_VALUE,
                    "'attribution' can't be given beside 'attributionType': numbers are kept for each attribution on its"
                            + " own.");
        }
        Question question = QuestionReader.wholeRange(members, Selection.of(metric));
        members.end();
        return new TopQuestion(question.byAttribution(type), metric, limit);
    }
}

package dev.tallyworks.api.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.http.TimeRanges;
import dev.tallyworks.event.Attribution;
import dev.tallyworks.metric.Metric;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.time.TimeRange;
import jakarta.ws.rs.core.MultivaluedMap;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads questions: bodies, and the parameters of GET, which are first made into the body that they stand for. */
final class QuestionReader {
    private static final Set<String> PARAMETERS = Set.of(
            "metric",
            "p",
            "start",
            "end",
            "granularity",
            "attribution",
            "mode",
            "fill",
            "timezone",
            "sources",
            "eventTypes");
    /** Those that may be given more than once, as well as with commas. */
    private static final Set<String> LISTS = Set.of("granularity", "sources", "eventTypes", "metrics", "groupBy");

    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,15}");

    private static final String COMPOUND = "COMPOUND_SUM";
    private static final int GRANULARITIES_MAX = 30;

    private QuestionReader() {}

    static MetricQuestion read(ObjectNode body) {
        Members members = Members.of(body);
        Metric metric = metric(members);
        Question question = question(members, Selection.of(metric));
        members.end();
        return new MetricQuestion(question, metric);
    }

    /** What all questions have in common. */
    static Question question(Members members, Selection selection) {
        return question(members, selection, false);
    }

    /** What all questions have in common that answer for their whole range: a granularity is ignored. */
    static Question wholeRange(Members members, Selection selection) {
        return question(members, selection, true);
    }

    private static Question question(Members members, Selection selection, boolean wholeRange) {
        TimeRange range = TimeRanges.required(members);
        JsonNode granularity = members.any("granularity");
        List<String> granularities = wholeRange ? List.of("all") : granularities(members, granularity);
        ZoneId zone = members.parsed("timezone", QuestionReader::zone, "an IANA time zone, such as Europe/Berlin")
                .orElse(ZoneOffset.UTC);
        Attribution attribution = members.object("attribution", QuestionReader::attribution);
        List<String> sources = members.texts("sources");
        List<String> eventTypes = members.texts("eventTypes");
        Mode mode = members.parsed("mode", Mode::byId, "combined, historical or realtime")
                .orElse(Mode.COMBINED);
        boolean fillZero = members.parsed(
                        "fill",
                        fill -> Set.of("none", "zero").contains(fill) ? Optional.of(fill) : Optional.empty(),
                        "none or zero")
                .filter("zero"::equals)
                .isPresent();
        return new Question(
                range,
                granularities,
                !wholeRange && granularity != null && granularity.isArray(),
                zone,
                attribution,
                null,
                sources,
                eventTypes,
                mode,
                fillZero,
                selection);
    }

    static Metric metric(Members members) {
        if (!members.has("metric")) {
            members.any("metric");
            members.invalid(
                    "metric",
                    Problem.MISSING,
                    "'metric' is missing, such as {\"type\": \"SUM\", \"field\": \"amount\"}.");
            return new Metric.Count();
        }
        Metric metric = members.object("metric", asked -> {
            String type = asked.requiredText("type");
            JsonNode p = asked.any("p");
            String field = asked.text("field");
            String by = asked.text("by");
            return switch (type.toUpperCase(Locale.ROOT)) {
                case "COUNT" -> new Metric.Count();
                case "SUM" -> new Metric.Sum(field(asked, type, field));
                case "AVG" -> new Metric.Average(field(asked, type, field));
                case "MIN" -> new Metric.Minimum(field(asked, type, field));
                case "MAX" -> new Metric.Maximum(field(asked, type, field));
                case "CATEGORY" -> new Metric.Category(field(asked, type, field));
                case COMPOUND -> compound(asked, type, field, by);
                case "BOOLEAN" -> new Metric.Flag(field(asked, type, field));
                case "UNIQUE" -> new Metric.Unique(field(asked, type, field));
                case "PERCENTILE" -> new Metric.Percentile(field(asked, type, field), percent(asked, p));
                default -> {
                    if (asked.has("type")) {
                        asked.invalid(
                                "type",
                                Problem.INVALID_VALUE,
                                "'type' must be COUNT, SUM, AVG, MIN, MAX, CATEGORY, COMPOUND_SUM, BOOLEAN, UNIQUE or"
                                        + " PERCENTILE, not '" + type + "'.");
                    }
                    yield new Metric.Count();
                }
            };
        });
        return metric == null ? new Metric.Count() : metric;
    }

    private static String field(Members asked, String type, @Nullable String field) {
        if (field == null) {
            if (!asked.has("field")) {
                asked.invalid("field", Problem.MISSING, "'field' is missing: " + type + " is of a field.");
            }
            return "";
        }
        return field;
    }

    /** A number, or a text of one as parameters have it. */
    private static BigDecimal percent(Members asked, @Nullable JsonNode p) {
        BigDecimal percent = BigDecimal.ZERO;
        if (p == null) {
            asked.invalid("p", Problem.MISSING, "'p' is missing: the percentile, above 0 and below 100, such as 95.");
            return percent;
        }
        if (!p.isNumber() && !p.isTextual()) {
            asked.wrongType("p", "a number");
            return percent;
        }
        try {
            percent = p.isNumber() ? p.decimalValue() : new BigDecimal(p.textValue());
        } catch (NumberFormatException none) {
            // Told below.
        }
        if (percent.signum() <= 0 || percent.compareTo(BigDecimal.valueOf(100)) >= 0) {
            asked.invalid("p", Problem.INVALID_VALUE, "'p' must be a number above 0 and below 100.");
        }
        return percent;
    }

    private static Metric compound(Members asked, String type, @Nullable String field, @Nullable String by) {
        if (by == null && !asked.has("by")) {
            asked.invalid(
                    "by",
                    Problem.MISSING,
                    "'by' is missing: " + type + " is broken down by a string or boolean field.");
        }
        return new Metric.CompoundSum(field(asked, type, field), by == null ? "" : by);
    }

    private static List<String> granularities(Members members, @Nullable JsonNode granularity) {
        if (granularity == null) {
            members.invalid("granularity", Problem.MISSING, "'granularity' is missing, such as \"hour\".");
            return List.of();
        }
        if (granularity.isTextual()) {
            return List.of(granularity.textValue());
        }
        if (!granularity.isArray()) {
            members.wrongType("granularity", "a string, or a list of strings");
            return List.of();
        }
        List<String> all = members.texts("granularity");
        if (all.isEmpty() || all.size() > GRANULARITIES_MAX) {
            members.invalid(
                    "granularity",
                    Problem.INVALID_VALUE,
                    "'granularity' must list 1 to " + GRANULARITIES_MAX + " units.");
        }
        return all;
    }

    private static Optional<ZoneId> zone(String id) {
        try {
            return Optional.of(ZoneId.of(id));
        } catch (DateTimeException unknown) {
            return Optional.empty();
        }
    }

    private static @Nullable Attribution attribution(Members given) {
        String type = given.requiredText("type");
        String value = given.requiredText("value");
        if (given.has("type") && type.isEmpty() || type.equals(Attribution.TOTAL)) {
            given.invalid("type", Problem.INVALID_VALUE, "'type' must be a non-empty string other than _total.");
        } else if (given.has("value") && value.isEmpty()) {
            given.invalid("value", Problem.INVALID_VALUE, "'value' must be a non-empty string.");
        } else if (!type.isEmpty() && !value.isEmpty()) {
            return new Attribution(type, value);
        }
        return null;
    }

    /** Reads the parameters of a GET. */
    static MetricQuestion read(MultivaluedMap<String, String> parameters) {
        return read(body(parameters));
    }

    /** The parameter that stands for what a JSON Pointer into the body points at. */
    static String parameter(String pointer) {
        String[] names = pointer.split("/");
        return switch (names[1]) {
            case "timeRange" -> names[2];
            case "metric" -> names.length > 2 && names[2].equals("p") ? "p" : "metric";
            default -> names[1];
        };
    }

    /** The body that the parameters of a GET stand for. */
    /**
     * The body that parameters stand for.
     *
     * @param others names of parameters beside those that all questions have; those that are lists are given with commas
     */
    static ObjectNode body(MultivaluedMap<String, String> parameters, String... others) {
        Set<String> known = new TreeSet<>(PARAMETERS);
        known.addAll(List.of(others));
        ObjectNode body = JsonBody.JSON.createObjectNode();
        body.putObject("timeRange");
        parameters.forEach((name, values) -> {
            if (!known.contains(name)) {
                throw Problem.badRequest(Problem.Item.of(
                        Problem.UNKNOWN_FIELD,
                        "'" + name + "' is no parameter here; known are " + String.join(", ", known) + "."));
            }
            if (values.size() > 1 && !LISTS.contains(name)) {
                throw Problem.invalid(Problem.Item.of(
                        Problem.INVALID_VALUE, "The parameter '" + name + "' is given more than once."));
            }
            String value = String.join(",", values);
            switch (name) {
                case "metric" -> body.set("metric", metric(value, parameters.getFirst("p")));
                case "p" -> {}
                // An unescaped plus in a query is a blank.
                case "start", "end" -> body.withObject("/timeRange").put(name, value.replace(' ', '+'));
                case "sources", "eventTypes", "metrics", "groupBy" -> body.set(name, list(value));
                case "limit" -> {
                    if (WHOLE.matcher(value).matches()) {
                        body.put(name, Long.parseLong(value));
                    } else {
                        body.put(name, value);
                    }
                }
                case "granularity" -> {
                    if (value.contains(",")) {
                        body.set(name, list(value));
                    } else {
                        body.put(name, value);
                    }
                }
                case "attribution" -> {
                    int colon = value.indexOf(':');
                    if (colon < 0) {
                        throw Problem.invalid(Problem.Item.of(
                                Problem.INVALID_VALUE,
                                "The parameter 'attribution' must be type:value, not '" + value + "'."));
                    }
                    body.putObject(name)
                            .put("type", value.substring(0, colon))
                            .put("value", value.substring(colon + 1));
                }
                default -> body.put(name, value);
            }
        });
        return body;
    }

    private static ObjectNode metric(String value, @Nullable String p) {
        // Only one type has a third part: the fields of the others may have colons.
        boolean compound = value.regionMatches(true, 0, COMPOUND + ':', 0, COMPOUND.length() + 1);
        String[] parts = value.split(":", compound ? 3 : 2);
        ObjectNode metric = JsonBody.JSON.createObjectNode().put("type", parts[0]);
        if (parts.length > 1) {
            metric.put("field", parts[1]);
        }
        if (parts.length > 2) {
            metric.put("by", parts[2]);
        }
        return p == null ? metric : metric.put("p", p);
    }

    private static ArrayNode list(String value) {
        List<String> parts = new ArrayList<>(List.of(value.split(",", -1)));
        parts.removeIf(String::isEmpty);
        ArrayNode list = JsonBody.JSON.createArrayNode();
        parts.forEach(list::add);
        return list;
    }
}

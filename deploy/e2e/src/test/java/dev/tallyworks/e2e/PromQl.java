package dev.tallyworks.e2e;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The metrics and labels that an expression of PromQL names.
 *
 * @param groupings labels that it groups or joins by
 */
record PromQl(List<Selector> selectors, Set<String> groupings) {
    private static final String STRING = "\"(?:[^\"\\\\]|\\\\.)*\"";
    private static final Pattern TOKEN = Pattern.compile(
            "(?<string>" + STRING + ")"
                    + "|\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\((?<labels>[^)]*)\\)"
                    + "|(?<name>[a-zA-Z_:][\\w:]*)(?:\\s*\\{(?<matchers>(?:[^}\"]|" + STRING
                    + ")*)\\}|(?<call>(?=\\s*(?:\\(|(?:by|without)\\b))))?"
                    + "|\\[[^\\]]*\\]|\\d[\\w.]*|.",
            Pattern.DOTALL);
    private static final Pattern MATCHER =
            Pattern.compile("(?<label>[a-zA-Z_]\\w*)\\s*(?<how>=~|!~|!=|=)\\s*\"(?<value>[^\"]*)\"");
    private static final Set<String> KEYWORDS = Set.of("and", "or", "unless", "bool", "offset");

    /** @param matchers by label */
    record Selector(String metric, Map<String, Match> matchers) {}

    /** @param how =, !=, =~ or !~ */
    record Match(String how, String value) {}

    static PromQl parse(String expression) {
        List<Selector> selectors = new ArrayList<>();
        Set<String> groupings = new LinkedHashSet<>();
        Matcher token = TOKEN.matcher(expression);
        while (token.find()) {
            if (token.group("labels") != null) {
                for (String label : token.group("labels").split(",")) {
                    if (!label.isBlank()) {
                        groupings.add(label.strip());
                    }
                }
            } else if (token.group("name") != null
                    && token.group("call") == null
                    && !KEYWORDS.contains(token.group("name"))) {
                String matchers = token.group("matchers");
                selectors.add(new Selector(token.group("name"), matchers(matchers == null ? "" : matchers)));
            }
        }
        return new PromQl(selectors, groupings);
    }

    private static Map<String, Match> matchers(String text) {
        Map<String, Match> matchers = new LinkedHashMap<>();
        Matcher matcher = MATCHER.matcher(text);
        while (matcher.find()) {
            matchers.put(matcher.group("label"), new Match(matcher.group("how"), matcher.group("value")));
        }
        return matchers;
    }
}

package dev.tallyworks.e2e;

import dev.tallyworks.local.process.Api;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What applications answer at {@code /q/metrics}. */
final class Scrape {
    private static final Pattern LINE =
            Pattern.compile("(?<name>[a-zA-Z_:][\\w:]*)(?:\\{(?<labels>.*)\\})? (?<value>\\S+)(?: # .*)?");
    private static final Pattern LABEL = Pattern.compile("(?<name>[a-zA-Z_]\\w*)=\"(?<value>(?:[^\"\\\\]|\\\\.)*)\"");

    private final List<Series> series = new ArrayList<>();

    record Series(String name, Map<String, String> labels, double value) {}

    static Scrape of(Api... applications) throws IOException {
        Scrape scrape = new Scrape();
        for (Api application : applications) {
            application.get("/q/metrics").orThrow().text().lines().forEach(scrape::read);
        }
        return scrape;
    }

    private void read(String line) {
        if (line.startsWith("#") || line.isBlank()) {
            return;
        }
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("no line of metrics: " + line);
        }
        Map<String, String> labels = new LinkedHashMap<>();
        if (matcher.group("labels") != null) {
            Matcher label = LABEL.matcher(matcher.group("labels"));
            while (label.find()) {
                labels.put(label.group("name"), label.group("value"));
            }
        }
        series.add(new Series(
                matcher.group("name"),
                labels,
                Double.parseDouble(matcher.group("value").replace("+Inf", "Infinity"))));
    }

    Stream<Series> named(String name) {
        return series.stream().filter(one -> one.name.equals(name));
    }

    double sum(String name, Map<String, String> labels) {
        return named(name)
                .filter(one -> one.labels.entrySet().containsAll(labels.entrySet()))
                .mapToDouble(Series::value)
                .sum();
    }
}

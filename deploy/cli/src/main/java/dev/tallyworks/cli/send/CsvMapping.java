package dev.tallyworks.cli.send;

import dev.tallyworks.cli.command.UsageError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which column of a CSV is what in an event.
 *
 * @param uuid its column; null where events have none
 * @param type a type for all, where there is no column of it
 * @param typeColumn null without one
 * @param timestamp its column; null where events happen when they are received
 * @param times how timestamps are written
 * @param attributions the column of each attribution, by its type
 * @param fields the column of each payload field, by its name; empty: all columns that are nothing else
 * @param texts columns that are texts whatever stands in them
 * @param delimiter between cells
 */
public record CsvMapping(
        @Nullable String uuid,
        @Nullable String type,
        @Nullable String typeColumn,
        @Nullable String timestamp,
        CsvTimes times,
        Map<String, String> attributions,
        Map<String, String> fields,
        Set<String> texts,
        char delimiter) {
    public CsvMapping {
        attributions = new LinkedHashMap<>(attributions);
        fields = new LinkedHashMap<>(fields);
        texts = new LinkedHashSet<>(texts);
        if ((type == null) == (typeColumn == null)) {
            throw new UsageError(
                    "a CSV needs --type, which all its events are of, or --type-column, in which their types stand");
        }
        if (delimiter > 127 || delimiter == '"' || delimiter == '\n' || delimiter == '\r') {
            throw new UsageError("--delimiter must be one ASCII character, such as ';', or tab");
        }
    }

    /**
     * The same for a file with these columns, its fields filled in.
     *
     * @throws UsageError where one is missing, or stands there twice
     */
    CsvMapping of(List<String> header) {
        Set<String> names = new LinkedHashSet<>(header);
        if (names.size() < header.size()) {
            throw new UsageError("the first line names a column twice: " + String.join(", ", header));
        }
        List<String> used = new ArrayList<>(attributions.values());
        for (@Nullable String column : new @Nullable String[] {uuid, typeColumn, timestamp}) {
            if (column != null) {
                used.add(column);
            }
        }
        List<String> asked = new ArrayList<>(used);
        asked.addAll(fields.values());
        asked.addAll(texts);
        for (String column : asked) {
            if (!names.contains(column)) {
                throw new UsageError(
                        "there is no column '" + column + "': the first line names " + String.join(", ", header));
            }
        }
        Map<String, String> filled = new LinkedHashMap<>(fields);
        if (fields.isEmpty()) {
            names.stream().filter(name -> !used.contains(name)).forEach(name -> filled.put(name, name));
        }
        return new CsvMapping(uuid, type, typeColumn, timestamp, times, attributions, filled, texts, delimiter);
    }
}

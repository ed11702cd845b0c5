package dev.tallyworks.api.query;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.tallyworks.api.http.Numbers;
import dev.tallyworks.api.http.Times;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The attributions with the largest numbers.
 *
 * @param items the largest first, equal ones by name
 */
@RegisterForReflection(registerFullHierarchy = true)
record TopAnswer(
        List<Item> items, String mode, String watermark, BigDecimal lagSeconds, boolean partial, long truncatedValues) {
    /** @param attribution its value, a long one cut to its beginning and a hash */
    record Item(
            String attribution,

            @JsonSerialize(using = Numbers.AsText.class) BigDecimal value) {}

    static TopAnswer of(TopQuestion asked, QueryService.Read<TopFold> read) {
        List<Item> items = new ArrayList<>();
        read.merge()
                .folds(0)
                .values()
                .forEach(fold -> fold.values(
                        (attribution, value) -> items.add(new Item(attribution, Numbers.canonical(value)))));
        items.sort(Comparator.comparing(Item::value).reversed().thenComparing(Item::attribution));
        return new TopAnswer(
                List.copyOf(items.subList(0, Math.min(items.size(), asked.limit()))),
                read.mode().id(),
                Times.format(read.lag().watermarkMillis()),
                BigDecimal.valueOf(read.lag().lagMillis(), 3),
                read.partial(),
                read.merge().truncatedValues());
    }

    String csv() {
        StringBuilder csv = new StringBuilder("attribution,value\r\n");
        items.forEach(item -> csv.append(Csv.field(item.attribution()))
                .append(',')
                .append(Numbers.text(item.value()))
                .append("\r\n"));
        return csv.toString();
    }
}

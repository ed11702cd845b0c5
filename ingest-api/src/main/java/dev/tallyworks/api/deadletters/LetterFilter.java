package dev.tallyworks.api.deadletters;

import dev.tallyworks.api.http.Members;
import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.http.TimeRanges;
import dev.tallyworks.api.http.Times;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Which dead letters; each part may be absent and then takes all.
 *
 * @param reason exactly this
 * @param sinceMillis died then or later, epoch milliseconds
 */
record LetterFilter(
        @Nullable String source,
        @Nullable String type,
        @Nullable String reason,
        long sinceMillis) {
    static LetterFilter ofParameters(
            @Nullable String source, @Nullable String type, @Nullable String reason, @Nullable String since) {
        if (since == null) {
            return new LetterFilter(source, type, reason, 0);
        }
        // An unescaped plus in a query is a blank.
        OptionalLong millis = Times.parse(since.replace(' ', '+'));
        if (millis.isEmpty()) {
            throw Problem.invalid(Problem.Item.of(
                    Problem.INVALID_VALUE,
                    "The parameter 'since' must be ISO-8601 with a zone, or epoch milliseconds, not '" + since + "'."));
        }
        return new LetterFilter(source, type, reason, millis.getAsLong());
    }

    static LetterFilter ofBody(Members body) {
        return new LetterFilter(
                body.text("source"),
                body.text("type"),
                body.text("reason"),
                TimeRanges.optionalTime(body, "since").orElse(0));
    }
}

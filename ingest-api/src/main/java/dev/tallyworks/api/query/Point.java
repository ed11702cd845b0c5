package dev.tallyworks.api.query;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.tallyworks.api.http.Numbers;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * One number of an answer.
 *
 * @param timestamp the instant at which its unit began
 * @param value null where a unit without data is shown and there is no number for it
 */
public record Point(
        String timestamp,

        @JsonSerialize(using = Numbers.AsText.class) @Nullable
        BigDecimal value,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String category)
        implements Dated {}

package dev.tallyworks.api.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor for the next page, or null at the end
 */
public record Page<T>(List<T> items, @Nullable String nextCursor) {
    public static final int LIMIT_DEFAULT = 50;
    public static final int LIMIT_MAX = 1_000;

    /** Cuts the page after the cursor out of a list that is in memory, in the order of a key that is unique. */
    public static <T> Page<T> of(
            List<T> all, Function<T, String> key, @Nullable String limit, @Nullable String cursor) {
        int most = limit(limit);
        String after = cursor == null ? null : decode(cursor);
        List<T> rest = all.stream()
                .sorted(Comparator.comparing(key))
                .filter(item -> after == null || key.apply(item).compareTo(after) > 0)
                .limit(most + 1L)
                .toList();
        if (rest.size() <= most) {
            return new Page<>(rest, null);
        }
        return new Page<>(rest.subList(0, most), encode(key.apply(rest.get(most - 1))));
    }

    /** @throws Problem where it is no number from 1 to 1,000 */
    public static int limit(@Nullable String limit) {
        if (limit == null) {
            return LIMIT_DEFAULT;
        }
        try {
            int number = Integer.parseInt(limit);
            if (number >= 1 && number <= LIMIT_MAX) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            // said below
        }
        throw Problem.invalid(Problem.Item.of(
                Problem.INVALID_VALUE,
                "The parameter 'limit' must be a number from 1 to " + LIMIT_MAX + ", not '" + limit + "'."));
    }

    public static String encode(String position) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(position.getBytes(StandardCharsets.UTF_8));
    }

    /** @throws Problem where it is no cursor of ours */
    public static String decode(String cursor) {
        try {
            return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException foreign) {
            throw badCursor();
        }
    }

    public static Problem badCursor() {
        return Problem.invalid(Problem.Item.of(
                Problem.INVALID_VALUE, "The parameter 'cursor' must be the nextCursor of the page before."));
    }
}

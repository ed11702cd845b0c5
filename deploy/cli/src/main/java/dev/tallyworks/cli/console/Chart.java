package dev.tallyworks.cli.console;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A bar for each value, from zero to the right, below zero to the left, in eighths of a character:
 *
 * <pre>
 * 2013-01-01  775713 ██████████████▊
 * 2013-01-02  979119 ██████████████████▋
 * </pre>
 */
public final class Chart {
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";
    private static final int FULL = 8;
    private static final int BAR_MIN = 10;
    /** Two blanks, one, and the last column, after which some terminals begin a line. */
    private static final int GAPS = 4;

    private Chart() {}

    /** @param value null draws nothing */
    public record Bar(String label, @Nullable BigDecimal value) {}

    /** @param columns that the longest line may fill */
    public static List<String> lines(List<Bar> bars, int columns) {
        int labels = 0;
        int values = 0;
        double least = 0;
        double most = 0;
        for (Bar bar : bars) {
            labels = Math.max(labels, bar.label().length());
            values = Math.max(values, text(bar).length());
            double value = bar.value() == null ? 0 : bar.value().doubleValue();
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        int width = Math.max(BAR_MIN, columns - labels - values - GAPS);
        double perCharacter = (most - least) / width;
        int left = perCharacter == 0 ? 0 : (int) Math.ceil(-least / perCharacter);
        List<String> lines = new ArrayList<>();
        for (Bar bar : bars) {
            String value = text(bar);
            lines.add((bar.label() + " ".repeat(labels - bar.label().length() + 2)
                            + " ".repeat(values - value.length()) + value + " "
                            + drawn(bar, perCharacter, left))
                    .stripTrailing());
        }
        return lines;
    }

    private static String text(Bar bar) {
        return bar.value() == null ? "-" : bar.value().toPlainString();
    }

    private static String drawn(Bar bar, double perCharacter, int left) {
        double value = bar.value() == null ? 0 : bar.value().doubleValue();
        if (perCharacter == 0 || value == 0) {
            return "";
        }
        if (value < 0) {
            int length = Math.max(1, (int) Math.round(-value / perCharacter));
            return " ".repeat(Math.max(0, left - length)) + "█".repeat(Math.min(left, length));
        }
        // Whatever is not zero is seen.
        long eighths = Math.max(1, Math.round(FULL * value / perCharacter));
        int rest = (int) (eighths % FULL);
        return " ".repeat(left) + "█".repeat((int) (eighths / FULL)) + (rest == 0 ? "" : EIGHTHS.charAt(rest));
    }
}

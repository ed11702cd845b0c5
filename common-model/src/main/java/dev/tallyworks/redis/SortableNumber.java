package dev.tallyworks.redis;

import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * Numbers as texts that sort like them, in any locale, since scripts compare numbers only up to 2^53:
 *
 * <pre>
 * 0 exponent digits z    negative, each digit taken from 9
 * 1                      zero
 * 2 exponent digits      positive
 * </pre>
 *
 * The exponent is that of the first digit, five digits with an offset; the digits have no zeros at their end.
 */
final class SortableNumber {
    private static final int EXPONENT_OFFSET = 50_000;
    private static final int EXPONENT_DIGITS = 5;
    private static final int EXPONENT_MAX = 99_999;

    private SortableNumber() {}

    static String write(BigDecimal number) {
        if (number.signum() == 0) {
            return "1";
        }
        BigDecimal stripped = number.stripTrailingZeros();
        String digits = stripped.unscaledValue().abs().toString();
        int exponent = digits.length() - stripped.scale() + EXPONENT_OFFSET;
        if (number.signum() > 0) {
            return "2" + exponent + digits;
        }
        StringBuilder text = new StringBuilder("0").append(EXPONENT_MAX - exponent);
        while (text.length() < 1 + EXPONENT_DIGITS) {
            text.insert(1, '0');
        }
        digits.chars().forEach(digit -> text.append((char) ('9' - digit + '0')));
        return text.append('z').toString();
    }

    static BigDecimal read(String text) {
        if (text.equals("1")) {
            return BigDecimal.ZERO;
        }
        boolean positive = text.charAt(0) == '2';
        int written = Integer.parseInt(text, 1, 1 + EXPONENT_DIGITS, 10);
        int exponent = (positive ? written : EXPONENT_MAX - written) - EXPONENT_OFFSET;
        String digits = text.substring(1 + EXPONENT_DIGITS, positive ? text.length() : text.length() - 1);
        if (positive) {
            return new BigDecimal(new BigInteger(digits), digits.length() - exponent);
        }
        StringBuilder turned = new StringBuilder("-");
        digits.chars().forEach(digit -> turned.append((char) ('9' - digit + '0')));
        return new BigDecimal(new BigInteger(turned.toString()), digits.length() - exponent);
    }
}

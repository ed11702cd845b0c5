package dev.tallyworks.api.http;

import java.math.BigDecimal;

/** Numbers of answers: all their digits, none that says nothing. */
public final class Numbers {
    /** Beyond so many zeros an exponent is shorter, and kinder to readers. */
    private static final int ZEROS_MAX = 40;

    private Numbers() {}

    /** Without zeros after the last digit of a fraction, and without an exponent where that is not absurdly long. */
    public static BigDecimal canonical(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 && stripped.scale() >= -ZEROS_MAX ? stripped.setScale(0) : stripped;
    }
}

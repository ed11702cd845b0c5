package dev.tallyworks.api.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.io.IOException;
import java.math.BigDecimal;

/** Numbers of answers: all their digits, none that says nothing. */
public final class Numbers {
    /** Beyond so many zeros an exponent is shorter, and kinder to readers. */
    private static final int ZEROS_MAX = 40;

    private Numbers() {}

    /** A fraction with so many digits is written whole too. */
    private static final int FRACTION_DIGITS_MAX = 100;

    /** Without zeros after the last digit of a fraction, and without an exponent where that is not absurdly long. */
    public static BigDecimal canonical(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 && stripped.scale() >= -ZEROS_MAX ? stripped.setScale(0) : stripped;
    }

    /** Its digits as JSON and CSV have them, without an exponent where that is not absurdly long. */
    public static String text(BigDecimal number) {
        return number.scale() >= -ZEROS_MAX && number.scale() <= FRACTION_DIGITS_MAX
                ? number.toPlainString()
                : number.toString();
    }

    /** Writes numbers so in JSON. */
    public static final class AsText extends JsonSerializer<BigDecimal> {
        @Override
        public void serialize(BigDecimal number, JsonGenerator to, SerializerProvider provider) throws IOException {
            to.writeNumber(text(number));
        }
    }
}

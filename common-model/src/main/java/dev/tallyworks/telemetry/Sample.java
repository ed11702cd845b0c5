package dev.tallyworks.telemetry;

import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What was last read of a store. Where that failed or is long ago, it is unknown rather than wrong. */
public final class Sample<T> {
    private static final long OLD_NANOS = TimeUnit.MINUTES.toNanos(2);

    private volatile @Nullable Read<T> last;

    private record Read<T>(T value, long atNanos) {}

    public void set(T value) {
        last = new Read<>(value, System.nanoTime());
    }

    /** It could not be read. */
    public void lose() {
        last = null;
    }

    /** A number of it, not a number where it is unknown. */
    public double number(ToDoubleFunction<T> of) {
        Read<T> known = last;
        return known == null || System.nanoTime() - known.atNanos > OLD_NANOS
                ? Double.NaN
                : of.applyAsDouble(known.value);
    }
}

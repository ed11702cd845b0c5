package dev.tallyworks.e2e;

/** Whether something is so, where two requests that were under way at once leave it open. */
enum Truth {
    NO,
    MAYBE,
    YES;

    static Truth of(boolean known) {
        return known ? YES : NO;
    }

    Truth and(Truth other) {
        return values()[Math.min(ordinal(), other.ordinal())];
    }

    Truth or(Truth other) {
        return values()[Math.max(ordinal(), other.ordinal())];
    }

    Truth not() {
        return values()[YES.ordinal() - ordinal()];
    }
}

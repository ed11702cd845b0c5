package dev.tallyworks.plugin;

import java.util.regex.Pattern;

/** Thrown by a waterfall hook that refuses what it was called for. */
public final class Refusal extends RuntimeException {
    /** The code where a hook failed, rather than refused. */
    public static final String FAILED = "plugin_failed";

    private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9_]{0,49}");

    private final String code;

    /**
     * @param code for clients' programs: lower case letters, digits and {@code _}, at most 50
     * @param detail for whoever wrote the client
     */
    public Refusal(String code, String detail) {
        super(detail, null, false, false);
        if (!CODE.matcher(code).matches()) {
            throw new IllegalArgumentException("code must match " + CODE + ": " + code);
        }
        this.code = code;
    }

    public String code() {
        return code;
    }

    public String detail() {
        return String.valueOf(getMessage());
    }
}

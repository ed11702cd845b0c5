package dev.tallyworks.metric;

/**
 * Names of fields, and values, as components of a path in a stored document: {@code %} escapes what a path or a C string
 * can't hold, and itself. The empty name is a lone {@code %}; {@value #OTHER}, which stands for what is beyond a guard, is
 * escaped where a client uses it. Reversible for any text.
 */
public final class StoredName {
    /** The name under which a document counts what is beyond its guards. */
    public static final String OTHER = "__other__";

    private static final String OTHER_OF_CLIENT = "%5F_other__";

    private StoredName() {}

    public static String escape(String name) {
        if (name.isEmpty()) {
            return "%";
        }
        if (name.equals(OTHER)) {
            return OTHER_OF_CLIENT;
        }
        for (int i = 0; i < name.length(); i++) {
            if (isSpecial(name.charAt(i))) {
                return escapeFrom(name, i);
            }
        }
        return name;
    }

    private static String escapeFrom(String name, int first) {
        StringBuilder escaped = new StringBuilder(name.length() + 8).append(name, 0, first);
        for (int i = first; i < name.length(); i++) {
            char c = name.charAt(i);
            switch (c) {
                case '%' -> escaped.append("%25");
                case '.' -> escaped.append("%2E");
                case '$' -> escaped.append("%24");
                case '\0' -> escaped.append("%00");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    /** The name as answers show it: a client's own may read as {@value #OTHER} too, then both are shown as one. */
    public static String shown(String stored) {
        return stored.equals(OTHER) ? OTHER : unescape(stored);
    }

    public static String unescape(String stored) {
        int percent = stored.indexOf('%');
        if (percent < 0) {
            return stored;
        }
        if (stored.length() == 1) {
            return "";
        }
        StringBuilder name = new StringBuilder(stored.length());
        int from = 0;
        while (percent >= 0) {
            name.append(stored, from, percent);
            name.append((char) Integer.parseInt(stored, percent + 1, percent + 3, 16));
            from = percent + 3;
            percent = stored.indexOf('%', from);
        }
        return name.append(stored, from, stored.length()).toString();
    }

    private static boolean isSpecial(char c) {
        return c == '%' || c == '.' || c == '$' || c == '\0';
    }
}

package dev.tallyworks.cli.events;

import java.util.LinkedHashMap;
import java.util.Map;

/** Which of the names of late have been met; older ones are forgotten. */
final class Seen {
    /** In the order in which they were met last. */
    private final Map<String, Boolean> names;

    /** @param lookMax how many names one look brings at most */
    Seen(int lookMax) {
        int max = 4 * lookMax;
        names = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                return size() > max;
            }
        };
    }

    /** Whether it was not met before. */
    boolean isNew(String name) {
        return names.put(name, true) == null;
    }
}

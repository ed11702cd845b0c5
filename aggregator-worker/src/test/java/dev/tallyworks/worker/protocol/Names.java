package dev.tallyworks.worker.protocol;

import dev.tallyworks.event.Claim;
import dev.tallyworks.event.EventRef;
import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Short names for the lines of a schedule. */
final class Names {
    private Names() {}

    static String of(Collection<EventRef> events) {
        return events.stream().map(EventRef::uuid).collect(Collectors.joining(",", "{", "}"));
    }

    static String of(@Nullable Claim claim) {
        return claim == null ? "nobody" : claim.lane() + ":" + claim.epoch() + "/" + claim.seq();
    }
}

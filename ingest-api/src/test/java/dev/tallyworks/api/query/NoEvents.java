package dev.tallyworks.api.query;

import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.event.RecordedEvent;
import dev.tallyworks.time.TimeRange;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Raw events of which there are none. */
final class NoEvents implements RawEvents {
    @Override
    public Map<String, RecordedEvent> insert(String source, List<Event> events, CommitId commit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, RecordedEvent> find(String source, long incarnation, Collection<String> uuids) {
        return Map.of();
    }

    @Override
    public Page list(Listing listing) {
        return new Page(List.of(), null);
    }

    @Override
    public Optional<OldestPending> oldestPending(String source) {
        return Optional.empty();
    }

    @Override
    public boolean lacks(String source, TimeRange range) {
        return false;
    }

    @Override
    public long countDead(String source) {
        return 0;
    }

    @Override
    public boolean hasAny(String source, long incarnation) {
        return false;
    }
}

package dev.tallyworks.api.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.query.Dated;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Points that have changed, as of a time. Immutable; viewers share it and its text. */
final class Update {
    private final long asOfMillis;
    private final List<? extends Dated> points;
    private final Function<Dated, Object> place;
    private volatile @Nullable String data;

    /**
     * @param asOfMillis what happened before is in it, or in one before it
     * @param place what a point is the newest of
     */
    Update(long asOfMillis, List<? extends Dated> points, Function<Dated, Object> place) {
        this.asOfMillis = asOfMillis;
        this.place = place;
        this.points = points;
    }

    /** What a viewer gives back to be told what changed since. */
    String id() {
        return Long.toString(asOfMillis);
    }

    int size() {
        return points.size();
    }

    /** One line. */
    String data() {
        String text = data;
        if (text == null) {
            try {
                text = JsonBody.JSON.writeValueAsString(Map.of("points", points));
            } catch (JsonProcessingException impossible) {
                throw new IllegalStateException(impossible);
            }
            data = text;
        }
        return text;
    }

    /** Both in one: of each point what the later one says. */
    Update and(Update later) {
        Map<Object, Dated> merged = new LinkedHashMap<>();
        points.forEach(point -> merged.put(place.apply(point), point));
        for (Dated point : later.points) {
            Object at = place.apply(point);
            merged.remove(at);
            merged.put(at, point);
        }
        return new Update(later.asOfMillis, List.copyOf(merged.values()), place);
    }
}

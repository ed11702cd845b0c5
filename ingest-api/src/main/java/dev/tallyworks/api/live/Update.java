package dev.tallyworks.api.live;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tallyworks.api.http.JsonBody;
import dev.tallyworks.api.query.Point;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Points that have changed, as of a time. Immutable; viewers share it and its text. */
final class Update {
    private final long asOfMillis;
    private final List<Point> points;
    private volatile @Nullable String data;

    private record Place(String timestamp, @Nullable String category) {}

    /** @param asOfMillis what happened before is in it, or in one before it */
    Update(long asOfMillis, List<Point> points) {
        this.asOfMillis = asOfMillis;
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
        Map<Object, Point> merged = new LinkedHashMap<>();
        points.forEach(point -> merged.put(place(point), point));
        for (Point point : later.points) {
            merged.remove(place(point));
            merged.put(place(point), point);
        }
        return new Update(later.asOfMillis, List.copyOf(merged.values()));
    }

    static Object place(Point point) {
        return new Place(point.timestamp(), point.category());
    }
}

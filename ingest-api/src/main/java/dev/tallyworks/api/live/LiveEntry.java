package dev.tallyworks.api.live;

import dev.tallyworks.api.query.MovingQuestion;
import dev.tallyworks.definition.Definitions;
import dev.tallyworks.failure.Unavailable;
import dev.tallyworks.realtime.RealtimeWindow;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.UriInfo;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Lets viewers in, before their streams begin: a stream begins with its headers, so whatever is wrong with the question must
 * turn out before there is one. No thread waits for it.
 */
class LiveEntry {
    private static final String VIEWER = Viewer.class.getName();

    private final Live live;
    private final Definitions definitions;
    private final RealtimeWindow window;
    private final LiveSettings settings;

    LiveEntry(Live live, Definitions definitions, RealtimeWindow window, LiveSettings settings) {
        this.live = live;
        this.definitions = definitions;
        this.window = window;
        this.settings = settings;
    }

    @Entered
    @ServerRequestFilter
    Uni<Void> enter(UriInfo uri, HttpHeaders headers, RoutingContext request) {
        String report = uri.getPathParameters().getFirst("report");
        MultivaluedMap<String, String> parameters = new MultivaluedHashMap<>(uri.getQueryParameters());
        Long since = millis(headers.getHeaderString("Last-Event-ID"));
        Viewer viewer = new Viewer(() -> request.response().reset(), settings, System::nanoTime);
        request.put(VIEWER, viewer);
        return Uni.createFrom()
                .completionStage(() -> live.join(
                        () -> MovingQuestion.read(definitions.refresh(), report, parameters, window), viewer, since))
                .onFailure()
                .invoke(failed -> live.leave(viewer))
                .onCancellation()
                .invoke(() -> live.leave(viewer))
                .onFailure()
                .transform(LiveEntry::cause)
                .replaceWithVoid();
    }

    private static Throwable cause(Throwable failed) {
        Throwable cause =
                failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
        return cause instanceof TimeoutException ? new Unavailable("no answer in time", cause) : cause;
    }

    /** One that isn't ours is as good as none. */
    private static @Nullable Long millis(@Nullable String lastEventId) {
        return lastEventId != null && lastEventId.matches("\\d{1,15}") ? Long.valueOf(lastEventId) : null;
    }

    /** The stream of who was let in with this request. */
    Multi<OutboundSseEvent> entered(RoutingContext request, Viewer.Events events) {
        Viewer viewer = request.get(VIEWER);
        return viewer.stream(events).onTermination().invoke(() -> live.leave(viewer));
    }
}

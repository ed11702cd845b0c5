package dev.tallyworks.cli.operation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tallyworks.cli.api.Answer;
import dev.tallyworks.cli.api.Api;
import dev.tallyworks.cli.api.Request;
import dev.tallyworks.cli.api.Unavailable;
import dev.tallyworks.cli.command.ExitCode;
import dev.tallyworks.cli.command.Session;
import dev.tallyworks.cli.console.Console;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Looks at one thing after the other; what stands on something that fails is skipped. */
final class Doctor {
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    /** Who waits longer is not just busy. */
    private static final BigDecimal LAG_SECONDS = BigDecimal.valueOf(60);

    private final Session session;
    private final Api api;
    private final String version;
    private final List<Finding> findings = new ArrayList<>();

    /** @param version of this program */
    Doctor(Session session, String version) {
        this.session = session;
        this.api = session.api().retryingFor(Duration.ZERO);
        this.version = version;
    }

    List<Finding> examine() throws InterruptedException {
        config();
        if (!url()) {
            for (String check : List.of("readiness", "key", "versions", "workers", "queue")) {
                findings.add(Finding.skipped(check, "nothing to ask"));
            }
            return findings;
        }
        readiness();
        if (!key()) {
            for (String check : List.of("versions", "workers", "queue")) {
                findings.add(Finding.skipped(check, "what the line above says comes first"));
            }
            return findings;
        }
        operation();
        return findings;
    }

    private void config() {
        if (session.config().tellsOthersTheKey()) {
            findings.add(Finding.warning(
                    "config",
                    session.config().path() + " holds a key, and others may read it",
                    "chmod 600 " + session.config().path()));
            return;
        }
        String url = "url by " + session.url().origin();
        findings.add(Finding.ok(
                "config",
                session.key().value().isEmpty()
                        ? url + ", no key"
                        : url + ", key by " + session.key().origin()));
    }

    private boolean url() throws InterruptedException {
        String url = session.url().value();
        @Nullable Answer live = ask(Request.probe("/q/health/live"));
        if (live == null) {
            findings.add(Finding.failure(
                    "url",
                    "nothing answers at " + url,
                    "is ingest-api running (on this machine: deploy/local/run)? If it is elsewhere, say where by"
                            + " TALLYCTL_URL or --url",
                    ExitCode.UNAVAILABLE));
            return false;
        }
        if (!live.json().hasNonNull("status")) {
            findings.add(Finding.failure(
                    "url",
                    "what answers at " + url + " is no Tallyworks (status " + live.status() + ")",
                    "set TALLYCTL_URL or --url to where ingest-api answers",
                    ExitCode.UNAVAILABLE));
            return false;
        }
        findings.add(Finding.ok("url", url + " answers"));
        return true;
    }

    private void readiness() throws InterruptedException {
        @Nullable Answer ready = ask(Request.probe("/q/health/ready"));
        if (ready != null && ready.status() == OK) {
            findings.add(Finding.ok("readiness", "ingest-api and its stores are well"));
            return;
        }
        List<String> reasons = new ArrayList<>();
        if (ready != null) {
            for (JsonNode check : ready.json().path("checks")) {
                if (!check.path("status").asText().equals("UP")) {
                    reasons.add(check.path("name").asText() + " " + check.path("data"));
                }
            }
        }
        findings.add(Finding.failure(
                "readiness",
                "ingest-api is not ready: " + String.join("; ", reasons),
                "look after the store that it names; events are not lost meanwhile, who sends is asked to wait",
                ExitCode.UNHEALTHY));
    }

    private boolean key() throws InterruptedException {
        boolean given = !session.key().value().isEmpty();
        @Nullable Answer answer = ask(Request.get("sources").with("limit", 1));
        int status = answer == null ? 0 : answer.status();
        if (status == UNAUTHORIZED) {
            findings.add(Finding.failure(
                    "key",
                    given ? "the key of " + session.key().origin() + " is not taken" : "a key is needed",
                    (given ? "it is mistyped, expired or removed; " : "")
                            + "an admin makes one by POST /api/v1/keys; give it in TALLYCTL_KEY or the config file",
                    ExitCode.REFUSED));
            return false;
        }
        if (status == FORBIDDEN) {
            findings.add(Finding.warning(
                    "key", "the key may not read", "it may send events; for all else use one with scope read"));
            return true;
        }
        if (status == NOT_FOUND) {
            findings.add(Finding.failure(
                    "key",
                    "no ingest-api answers at " + session.url().value(),
                    "is it a worker's port? Set TALLYCTL_URL or --url to where ingest-api answers",
                    ExitCode.UNHEALTHY));
            return false;
        }
        if (status != OK) {
            findings.add(Finding.failure(
                    "key",
                    "GET /api/v1/sources answers " + (status == 0 ? "nothing" : "status " + status),
                    "look into ingest-api's log",
                    ExitCode.UNHEALTHY));
            return false;
        }
        findings.add(Finding.ok("key", given ? "taken" : "none is needed"));
        return true;
    }

    private void operation() throws InterruptedException {
        @Nullable Answer workers = ask(Request.get("workers").with("limit", 1_000));
        @Nullable Answer queue = ask(Request.get("queue"));
        versions(workers);
        if (isForbidden(workers) || isForbidden(queue)) {
            findings.add(Finding.skipped("workers", "needs a key of scope admin"));
            findings.add(Finding.skipped("queue", "needs a key of scope admin"));
            return;
        }
        workers(workers);
        queue(queue);
    }

    private static boolean isForbidden(@Nullable Answer answer) {
        return answer != null && answer.status() == FORBIDDEN;
    }

    private void versions(@Nullable Answer workers) throws InterruptedException {
        @Nullable Answer openApi = ask(Request.probe("/q/openapi?format=json"));
        Set<String> known = new TreeSet<>();
        String api = openApi == null
                ? ""
                : openApi.json().path("info").path("version").asText();
        if (!api.isEmpty()) {
            known.add(api);
        }
        if (workers != null) {
            workers.json()
                    .path("items")
                    .forEach(one -> known.add(one.path("version").asText()));
        }
        String detail = "tallyctl " + version + ", ingest-api " + (api.isEmpty() ? "unknown" : api) + ", all: "
                + String.join(", ", known);
        if (known.size() <= 1 && (known.isEmpty() || known.contains(version))) {
            findings.add(Finding.ok("versions", "tallyctl and all processes are " + version));
        } else {
            findings.add(
                    Finding.warning("versions", detail, "bring all to one version, where no upgrade is under way"));
        }
    }

    private void workers(@Nullable Answer answer) {
        if (answer == null || answer.status() != OK) {
            findings.add(failed("workers", answer));
            return;
        }
        int alive = answer.json().path("items").size();
        if (alive == 0) {
            findings.add(Finding.failure(
                    "workers",
                    "none is alive: events are recorded, but not aggregated",
                    "start aggregator-worker, on the same MongoDB and Redis, with the same TW_REDIS_NAMESPACE",
                    ExitCode.UNHEALTHY));
        } else {
            findings.add(Finding.ok("workers", alive + " alive"));
        }
    }

    private void queue(@Nullable Answer answer) {
        if (answer == null || answer.status() != OK) {
            findings.add(failed("queue", answer));
            return;
        }
        JsonNode queue = answer.json();
        String state = queue.path("ready").asLong() + " ready, "
                + queue.path("processing").asLong()
                + " in work, " + queue.path("delayed").asLong() + " delayed, oldest "
                + queue.path("oldestAgeSeconds").asText("0") + " s";
        if (queue.path("paused").asBoolean()) {
            findings.add(Finding.warning("queue", "paused; " + state, "tallyctl queue resume"));
        } else if (queue.path("oldestAgeSeconds").decimalValue().compareTo(LAG_SECONDS) > 0) {
            findings.add(Finding.warning(
                    "queue",
                    "it lags: " + state,
                    "tallyctl workers --watch tells whether they get on; more of them help where they do"));
        } else {
            findings.add(Finding.ok("queue", state));
        }
        long dead = queue.path("dead").asLong();
        if (dead > 0) {
            findings.add(Finding.warning(
                    "dead letters", dead + " events could not be counted", "tallyctl dead-letters list"));
        } else {
            findings.add(Finding.ok("dead letters", "none"));
        }
    }

    private static Finding failed(String check, @Nullable Answer answer) {
        return Finding.failure(
                check,
                answer == null ? "no answer" : Console.harmless(answer.text()),
                "look into ingest-api's log",
                ExitCode.UNHEALTHY);
    }

    /** Null where nothing answers. */
    private @Nullable Answer ask(Request request) throws InterruptedException {
        try {
            return api.exchange(request, said -> {});
        } catch (Unavailable nothing) {
            return null;
        }
    }
}

package dev.tallyworks.api.intake;

import dev.tallyworks.api.http.Problem;
import dev.tallyworks.api.http.ProblemKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionException;

/** What the contract says of the intake's failures. */
final class IntakeProblems {
    private IntakeProblems() {}

    /** @return the problem, or what was thrown where it is a fault of ours */
    static Throwable of(Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (failure instanceof MalformedBody malformed) {
            return Problem.malformed("Malformed JSON: " + malformed.getMessage());
        }
        if (failure instanceof BodyTooLarge large) {
            return Problem.of(ProblemKind.TOO_LARGE, "The body has " + large.getMessage() + ".");
        }
        if (failure instanceof UnknownSource unknown) {
            return Problem.notFound("There is no source '" + unknown.source() + "'.");
        }
        if (failure instanceof TryLater later) {
            return Problem.of(ProblemKind.UNAVAILABLE, "Not now: " + later.getMessage() + "; try again in a moment.");
        }
        if (failure instanceof AllRejected rejected) {
            return rejected(rejected);
        }
        return failure;
    }

    private static Problem rejected(AllRejected rejected) {
        BatchView batch = rejected.batch();
        if (batch != null) {
            Map<String, Object> counts = new LinkedHashMap<>();
            counts.put("accepted", batch.accepted());
            counts.put("duplicates", batch.duplicates());
            counts.put("rejected", batch.rejected());
            return Problem.of(ProblemKind.INVALID, rejected.getMessage() + ".", batch.errors(), counts);
        }
        Rejection event = Objects.requireNonNull(rejected.event());
        Problem.Item item = new Problem.Item(null, null, event.pointer(), event.wireCode(), event.detail());
        return Problem.of(ProblemKind.INVALID, "The event was rejected: " + event.detail(), List.of(item));
    }
}

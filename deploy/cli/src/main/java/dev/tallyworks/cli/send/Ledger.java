package dev.tallyworks.cli.send;

import dev.tallyworks.cli.api.Waiting;
import dev.tallyworks.cli.console.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Notes in the order of the file what became of its rows: rejects first, then how far all was taken, then for who watches. */
final class Ledger {
    private final @Nullable StateFile file;
    private final Rejects rejects;
    private final Progress progress;
    private final Waiting waiting;
    private final long startNanos;
    private final long rowsAtStart;
    private volatile SendState state;

    /**
     * @param file null where it is not kept
     * @param state to begin with
     */
    Ledger(@Nullable StateFile file, SendState state, Rejects rejects, Progress progress, Waiting waiting) {
        this.file = file;
        this.state = state;
        this.rejects = rejects;
        this.progress = progress;
        this.waiting = waiting;
        this.startNanos = waiting.nanos();
        this.rowsAtStart = state.rows();
    }

    SendState state() {
        return state;
    }

    /** The next batch of the file is done. */
    void note(Batch batch, Posted posted) throws IOException {
        List<Rejection> rejected = new ArrayList<>(batch.rejected());
        rejected.addAll(posted.rejected());
        rejected.sort((one, other) -> Long.compare(one.line(), other.line()));
        Posted all = new Posted(posted.accepted(), posted.duplicates(), rejected);
        SendState next = state.after(batch.end(), all, rejects.append(rejected));
        if (file != null) {
            file.save(next);
        }
        state = next;
        progress.at(next.mark().position(), message());
    }

    private String message() {
        String rejected = state.rejected() == 0 ? "" : String.format(Locale.ROOT, ", %,d rejected", state.rejected());
        return String.format(Locale.ROOT, "%,d events%s, %,.0f/s", state.rows(), rejected, perSecond());
    }

    double seconds() {
        return (waiting.nanos() - startNanos) / 1e9;
    }

    /** Of this run. */
    double perSecond() {
        return (state.rows() - rowsAtStart) / Math.max(1e-3, seconds());
    }
}

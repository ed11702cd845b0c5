package dev.tallyworks.format;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which formats of the stored data a release understands. The number that stands in the store is the newest one that may be found
 * there.
 *
 * @param oldest that it reads
 * @param written by it
 * @param newest that it reads; one more than it writes in a release that prepares for the next one
 */
public record Formats(int oldest, int written, int newest) {
    /** Of this release. */
    public static final Formats OF_THIS_RELEASE = new Formats(1, 1, 1);

    public Formats {
        if (oldest < 1 || written < oldest || newest < written) {
            throw new IllegalArgumentException(
                    "formats must grow from 1: oldest " + oldest + ", written " + written + ", newest " + newest);
        }
    }

    /** Why it must leave the data alone, in a line that names the way out; empty where it need not. */
    Optional<String> objection(OptionalInt standing) {
        if (standing.isEmpty() || standing.getAsInt() >= oldest && standing.getAsInt() <= newest) {
            return Optional.empty();
        }
        String remedy = standing.getAsInt() > newest
                ? "start a release that is as new as the one that wrote them, or restore a backup from before it"
                : "start a release in between first, which brings them forward";
        return Optional.of("MongoDB holds data of format " + standing.getAsInt() + ", and this release understands "
                + (oldest == newest ? "format " + newest : "formats " + oldest + " to " + newest) + ": " + remedy
                + ".");
    }
}

package dev.tallyworks.worker.protocol;

/**
 * The parts of the protocol's filters. The stores in memory leave out those that are named to them, and nothing else: so it can
 * be shown what each is there for.
 */
public enum Clause {
    OPEN_EPOCH("open: the lane's epoch", Focus.onLate("open").withRebuild()),
    OPEN_SEQ("open: seq is one less", Focus.onLate("open")),
    OPEN_DONE(
            "open: the batch before is done",
            "an owner opens a batch only after it has seen the one before closed, and nothing but opening leads away from done;"
                    + " with the lane's epoch and seq it says the same again"),
    OPEN_MIN_VERSION("open: no older definitions than the fence", Focus.NONE.withVersions()),
    SEAL_EPOCH("seal: the lane's epoch", Focus.onLate("seal")),
    SEAL_SEQ("seal: this seq", Focus.onLate("seal")),
    SEAL_OPEN(
            "seal: the batch is open",
            "a seal of this epoch and seq that lands after the close brings the same batch back: its heir applies what every"
                    + " document refuses, finishes what is finished, and closes it again"),
    CLOSE_EPOCH(
            "close: the lane's epoch",
            "who closes a batch has applied and finished all of it, so its end is right whoever says so"),
    CLOSE_SEQ("close: this seq", Focus.onLate("close")),
    CLOSE_SEALED(
            "close: the batch is sealed",
            "a batch is closed only by who saw it sealed, and never opens again; with seq it says the same again"),
    CLAIM_PENDING("claim: the event is pending", Focus.NONE),
    CLAIM_ABSENT("claim: nobody has claimed the event", Focus.NONE),
    CLAIM_VERSION("claim: accepted under definitions that the batch knows", Focus.NONE.withVersions()),
    HEIR_LANE("heir's claim: of this lane", Focus.NONE),
    HEIR_SEQ(
            "heir's claim: of this batch",
            "a claim of this lane under an earlier epoch is of this batch, or of one that is over and therefore stale"),
    HEIR_EPOCH("heir's claim: of an earlier owner", Focus.onTakeovers(1)),
    OWNED_EPOCH(
            "owned: claimed by this very owner",
            Focus.onTakeovers(
                    2,
                    "intake posts: the end",
                    "w1 loop: read x0", // has the event and is about to release it
                    "w2 loop: claim for", // has the duplicate job
                    "later",
                    "w3 loop: find owned", // heir of w2; the event is still w1's
                    "w1 loop: seal",
                    "w2 loop: read x0", // has claimed it for the batch that is w3's now, and is about to release it
                    "w3 loop: seal",
                    "w2 loop: seal")),
    OWNED_SEQ("owned: claimed for this very batch", Focus.onLate("claim for")),
    OWNED_PENDING(
            "owned: the event is pending",
            "what is claimed is pending, as the claim demands it, until its own batch or its release ends that"),
    RELEASE_CLAIM("release: still claimed by this very owner and batch", Focus.onLate("release")),
    RELEASE_ATTEMPTS(
            "release: the attempts are as they were read",
            "a release that lands late finds its claim gone; where a late claim has brought it back, the event is in no sealed"
                    + " batch, and the release only frees it with the count of attempts that it has already"),
    APPLY_APPLIED("apply: the document does not contain this batch of this lane", Focus.onLate("apply")),
    FINISH_LANE(
            "finish: claimed by this lane",
            "the sealed events stay claimed by their batch until they are finished: nobody else can take the claim off"),
    FINISH_SEQ("finish: claimed for this batch", "the same as with the lane"),
    UNCLAIM_CLAIM("unclaim: still this very claim", Focus.onLate("unclaim")),
    UNCLAIM_PENDING("unclaim: the event is pending", "the claim of a finished event means nothing to anybody any more"),
    RETRY_DEAD("retry: the event is dead", Focus.onLate("retry")),
    RETRY_NOT_PENDING(
            "retry: it is not being tried again already", "it is pending then anyway, and only gets its attempts back"),
    DISCARD_DEAD("discard: the event is dead", Focus.onLate("discard")),
    DISCARD_NOT_PENDING("discard: it is not being tried again", Focus.onLate("discard")),
    STALE_SEQ("stale claim: the lane has gone on from its batch", Focus.NONE),
    STALE_DONE("stale claim: the lane's newest batch is done, where it is of that", Focus.NONE),
    REBUILD_FENCE("rebuild: no batch of older definitions opens any more", Focus.ON_REBUILDS),
    REBUILD_DRAIN("rebuild: it waits until none is under way", Focus.ON_REBUILDS),
    REBUILD_BATCH("rebuild: it reads what batches of older definitions have counted", Focus.ON_REBUILDS),
    REBUILD_KEPT("rebuild: raw events that it has still to read do not expire", Focus.ON_REBUILDS),
    REBUILD_HORIZON("rebuild: it begins where all raw events are kept", Focus.ON_REBUILDS);

    final String text;
    /** Where to look for what goes wrong without it. */
    final Focus focus;
    /** Why nothing goes wrong without it as long as the others hold; empty where something does. */
    final String spare;

    Clause(String text, Focus focus) {
        this(text, focus, "");
    }

    Clause(String text, String spare) {
        this(text, Focus.NONE, spare);
    }

    Clause(String text, Focus focus, String spare) {
        this.text = text;
        this.focus = focus;
        this.spare = spare;
    }

    boolean isSpare() {
        return !spare.isEmpty();
    }

    @Override
    public String toString() {
        return text;
    }
}

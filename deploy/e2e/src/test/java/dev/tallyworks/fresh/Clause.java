package dev.tallyworks.fresh;

/** What keeps fresh answers right. The stores leave out the one that is named to them: so it can be shown what each is for. */
enum Clause {
    TOKEN("Redis' token is compared where the data are read, and gone with them (else: somebody notices a loss later)"),
    FUTURE("complete since = now + allowed future + difference of clocks (else: now)"),
    ROUND_UP("complete since is rounded up to storage buckets (else: down, like the rest of the cut)"),
    ONCE("Redis keeps each writer's last commit number (else: a script that is sent again counts twice)"),
    ABANDON("a writer whose commit was not confirmed goes on under a new name (else: its next vouches for that one)"),
    BEFORE("an intake whose script failed moves complete since before it answers (else: after)"),
    DUPLICATE("a duplicate of a commit that Redis does not know moves it before its answer (else: nothing happens)"),
    RELAY("the relay moves it before it enqueues (else: after)"),
    WHOLE("Redis keeps a bucket whole until its end + retention + slack (else: by its start)"),
    DEADLINE("the slack holds the longest a query may take (else: the difference of clocks alone)");

    final String text;

    Clause(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT) + ": " + text;
    }
}

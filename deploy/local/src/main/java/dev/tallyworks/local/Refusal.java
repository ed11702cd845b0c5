package dev.tallyworks.local;

/** Why a run can't go on, in one line that says what to do. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(String line) {
        super(line);
    }
}

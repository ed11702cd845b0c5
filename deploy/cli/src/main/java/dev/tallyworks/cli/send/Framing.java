package dev.tallyworks.cli.send;

/** Where a record ends. */
interface Framing {
    /** A record begins. */
    default void begin() {}

    /** @return whether it ends with this byte */
    boolean endsWith(byte next);

    /** Whether a record that ended with the file is whole. */
    default boolean isWhole() {
        return true;
    }

    /** Each line is one. */
    static Framing lines() {
        return next -> next == '\n';
    }

    /** As in RFC 4180: line feeds between quotes belong to the record. */
    static Framing csv(char delimiter) {
        return new Csv((byte) delimiter);
    }

    /** Quotes count only where they open a field, as for the reader of its cells. */
    final class Csv implements Framing {
        private enum State {
            FIELD_BEGINS,
            BARE,
            QUOTED,
            /** Its end, or the first of two quotes that stand for one. */
            QUOTE_SEEN
        }

        private final byte delimiter;
        private State state = State.FIELD_BEGINS;

        private Csv(byte delimiter) {
            this.delimiter = delimiter;
        }

        @Override
        public void begin() {
            state = State.FIELD_BEGINS;
        }

        @Override
        public boolean endsWith(byte next) {
            if (state == State.QUOTED) {
                state = next == '"' ? State.QUOTE_SEEN : State.QUOTED;
                return false;
            }
            if (next == '\n') {
                return true;
            }
            if (next == '"' && state != State.BARE) {
                state = State.QUOTED;
            } else {
                state = next == delimiter ? State.FIELD_BEGINS : State.BARE;
            }
            return false;
        }

        @Override
        public boolean isWhole() {
            return state != State.QUOTED;
        }
    }
}

package dev.tallyworks.worker.protocol;

import dev.tallyworks.failure.OutcomeUnknown;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Told by a store before each of its steps: here others may come in between, or answers get lost. */
public interface Turns {
    /** Before a read, or the read of one more document. */
    void read(String what);

    /**
     * Makes a write of one or more changes of single documents. It is cut in pieces by others at will.
     *
     * @throws OutcomeUnknown and the changes were made, or will be made later, or not at all
     */
    void write(String what, List<Runnable> changes);

    /** Something was changed that another may notice; leases aside. */
    void changed();

    default boolean change(String what, BooleanSupplier change) {
        List<Boolean> matched = new ArrayList<>();
        write(what, List.of(() -> matched.add(change.getAsBoolean())));
        return matched.get(0);
    }

    default <T> void each(String what, Collection<T> documents, Consumer<T> change) {
        write(
                what,
                documents.stream()
                        .map(one -> (Runnable) () -> change.accept(one))
                        .toList());
    }

    /** Everything at once and in order. */
    Turns NONE = new Turns() {
        @Override
        public void read(String what) {}

        @Override
        public void write(String what, List<Runnable> changes) {
            changes.forEach(Runnable::run);
        }

        @Override
        public void changed() {}
    };
}

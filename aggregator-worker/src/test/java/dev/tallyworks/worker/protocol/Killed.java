package dev.tallyworks.worker.protocol;

/** Ends a thread as the end of its process would: nothing catches it, and what is done on the way out does nothing more. */
final class Killed extends VirtualMachineError {
    private static final long serialVersionUID = 1;

    Killed() {
        super("killed");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}

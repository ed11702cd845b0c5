package dev.tallyworks.worker.recovery;

/** Hears of what is found and given back. */
public interface RecoveryMeter {
    /** Hears nothing. */
    RecoveryMeter NONE = new RecoveryMeter() {
        @Override
        public void relayed(int events) {}

        @Override
        public void freed() {}

        @Override
        public void gaveBack(int jobs) {}
    };

    /** Pending events that no job stood for were enqueued again. */
    void relayed(int events);

    /** A claim of a batch that its lane has left behind was taken off an event. */
    void freed();

    /** Jobs of an owner whose time is over went back to the queue. */
    void gaveBack(int jobs);
}

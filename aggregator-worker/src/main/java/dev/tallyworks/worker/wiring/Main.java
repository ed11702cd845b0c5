package dev.tallyworks.worker.wiring;

import dev.tallyworks.health.SelfProbe;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Starts the worker, or asks one that is started how it is. */
@QuarkusMain
public final class Main {
    private static final int PORT = 8081;

    private Main() {}

    public static void main(String... arguments) {
        if (SelfProbe.isAsked(arguments)) {
            System.exit(SelfProbe.run(PORT, System.out, arguments));
        }
        Quarkus.run(arguments);
    }
}

package dev.tallyworks.api.wiring;

import dev.tallyworks.health.SelfProbe;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Starts the ingest API, or asks one that is started how it is. */
@QuarkusMain
public final class Main {
    private static final int PORT = 8080;

    private Main() {}

    public static void main(String... arguments) {
        if (SelfProbe.isAsked(arguments)) {
            System.exit(SelfProbe.run(PORT, System.out, arguments));
        }
        Quarkus.run(arguments);
    }
}

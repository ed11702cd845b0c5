package dev.tallyworks.api.wiring;

import dev.tallyworks.health.SelfProbe;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;

/** Starts the ingest API, or asks one that is started how it is. */
@QuarkusMain
public final class Main {
    private static final int PORT = 8080;
    /** It starts and ends at once, so that a JVM takes down what a start needs. */
    private static final List<String> TRAINING = List.of("--train");

    private Main() {}

    public static void main(String... arguments) {
        if (SelfProbe.isAsked(arguments)) {
            System.exit(SelfProbe.run(PORT, System.out, arguments));
        }
        if (List.of(arguments).equals(TRAINING)) {
            Quarkus.run(Training.class, arguments);
        } else {
            Quarkus.run(arguments);
        }
    }

    /** Ends what has just been started. */
    public static final class Training implements QuarkusApplication {
        @Override
        public int run(String... arguments) {
            return 0;
        }
    }
}

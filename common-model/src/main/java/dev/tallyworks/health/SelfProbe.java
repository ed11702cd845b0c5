package dev.tallyworks.health;

import java.io.IOException;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks an application how it is, so that an image needs neither a shell nor a client for that: {@code --probe} asks the one in
 * the same container whether it is live, {@code --probe URL…} whether each of these answers with success.
 */
public final class SelfProbe {
    private static final String ASKED = "--probe";
    private static final String PORT = "QUARKUS_HTTP_PORT";
    private static final int TIMEOUT_MILLIS = 3_000;

    private SelfProbe() {}

    /** Whether these arguments of the program ask for it. */
    public static boolean isAsked(String... arguments) {
        return arguments.length > 0 && arguments[0].equals(ASKED);
    }

    /**
     * @param port where the application in this container answers, unless {@value #PORT} says otherwise
     * @param out told of every answer
     * @return the program's exit code: 0 where all is well, otherwise 1
     */
    public static int run(int port, PrintStream out, String... arguments) {
        @Nullable String given = System.getenv(PORT);
        List<String> urls = arguments.length > 1
                ? Arrays.asList(arguments).subList(1, arguments.length)
                : List.of("http://127.0.0.1:" + (given == null ? port : given) + "/q/health/live");
        int code = 0;
        for (String url : urls) {
            String answer = answer(url);
            out.println(url + ": " + answer);
            code = answer.startsWith("2") ? code : 1;
        }
        return code;
    }

    private static String answer(String url) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            return Integer.toString(connection.getResponseCode());
        } catch (IOException | IllegalArgumentException failed) {
            return failed.toString();
        }
    }
}

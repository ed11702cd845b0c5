package dev.tallyworks.redis;

import dev.tallyworks.failure.Unavailable;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs commands and the Lua scripts beside this class, waiting for the answer with a bound. */
final class Scripts {
    /** A script by the name of its file. */
    enum Script {
        CLAIM("claim"),
        ACKNOWLEDGE("acknowledge"),
        GIVE_BACK("giveback"),
        LENGTHS("lengths"),
        COMMIT("commit"),
        REALTIME("realtime"),
        BEAT("beat"),
        KNOWS("knows");

        private final String text;
        private final String sha;

        Script(String file) {
            this.text = read(file + ".lua");
            this.sha = sha1(text);
        }

        private static String read(String file) {
            try (InputStream in = Scripts.class.getResourceAsStream(file)) {
                if (in == null) {
                    throw new IllegalStateException("no script " + file);
                }
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        private static String sha1(String text) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
                return HexFormat.of().formatHex(digest);
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    private final Redis redis;
    private final long timeoutMillis;

    Scripts(Redis redis, long timeoutMillis) {
        this.redis = redis;
        this.timeoutMillis = timeoutMillis;
    }

    /**
     * @throws Unavailable where no answer came in time; the script may have run, or may yet
     */
    @Nullable
    Response run(Script script, List<String> keys, List<String> args) {
        try {
            return send(request(Command.EVALSHA, script.sha, keys, args));
        } catch (Unavailable failed) {
            String reason = String.valueOf(
                    failed.getCause() == null ? null : failed.getCause().getMessage());
            if (!reason.startsWith("NOSCRIPT")) {
                throw failed;
            }
            return send(request(Command.EVAL, script.text, keys, args));
        }
    }

    private static Request request(Command command, String script, List<String> keys, List<String> args) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        args.forEach(request::arg);
        return request;
    }

    @Nullable
    Response send(Request request) {
        try {
            return redis.send(request)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(timeoutMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw new Unavailable("Redis: no answer within " + timeoutMillis + " ms", late);
        } catch (ExecutionException | CompletionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw new Unavailable("Redis: " + cause.getMessage(), cause);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new Unavailable("Redis: interrupted", interrupted);
        }
    }
}

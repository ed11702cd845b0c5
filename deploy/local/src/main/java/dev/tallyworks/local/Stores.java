package dev.tallyworks.local;

import java.util.Map;
import java.util.function.BiPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The URLs of MongoDB, database included, and Redis. */
record Stores(String mongoUrl, String redisUrl) {
    static final String MONGODB = "TW_MONGODB_URL";
    static final String REDIS = "TW_REDIS_URL";

    private static final Pattern MONGO_URL =
            Pattern.compile("mongodb(\\+srv)?://(?:[^@/]*@)?([^/?@]+)/([^/?]+)(\\?.*)?");
    private static final Pattern REDIS_URL = Pattern.compile("rediss?://(?:[^@/]*@)?([^/?@]+)(/\\d*)?(\\?.*)?");

    Map<String, String> environment() {
        return Map.of(MONGODB, mongoUrl, REDIS, redisUrl);
    }

    /** Refuses what is no such URL, or where nothing answers. */
    static void requireMongo(String url) {
        Matcher parts = MONGO_URL.matcher(url);
        if (!parts.matches()) {
            throw new Refusal(MONGODB + " must be mongodb://host:port/database, not '" + withoutSecret(url) + "'");
        }
        if (parts.group(1) == null) {
            boolean plain = parts.group(4) == null || !parts.group(4).matches(".*[?&](tls|ssl)=true.*");
            requireAnswer(MONGODB, "MongoDB", parts.group(2).split(",", -1), 27_017, plain ? Ports::isMongo : null);
        }
    }

    static void requireRedis(String url) {
        Matcher parts = REDIS_URL.matcher(url);
        if (!parts.matches()) {
            throw new Refusal(REDIS + " must be redis://host:port, not '" + withoutSecret(url) + "'");
        }
        boolean plain = url.startsWith("redis:");
        requireAnswer(REDIS, "Redis", new String[] {parts.group(1)}, 6_379, plain ? Ports::isRedis : null);
    }

    /** @param speaks null where it can't be told */
    private static void requireAnswer(
            String variable,
            String server,
            String[] addresses,
            int defaultPort,
            @Nullable BiPredicate<String, Integer> speaks) {
        boolean answered = false;
        for (String address : addresses) {
            Matcher parts = Pattern.compile("(.*?)(?::(\\d{1,5}))?").matcher(address);
            if (parts.matches()) {
                int port = parts.group(2) == null ? defaultPort : Integer.parseInt(parts.group(2));
                if (port <= 65_535 && Ports.answers(parts.group(1), port)) {
                    answered = true;
                    if (speaks == null || speaks.test(parts.group(1), port)) {
                        return;
                    }
                }
            }
        }
        throw new Refusal(variable + ": "
                + (answered ? "what answers is no " + server : "nothing answers") + " at "
                + String.join(", ", addresses));
    }

    private static String withoutSecret(String url) {
        return url.replaceFirst("//[^@/]*@", "//***@");
    }
}

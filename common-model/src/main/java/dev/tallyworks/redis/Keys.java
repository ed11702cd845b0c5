package dev.tallyworks.redis;

/**
 * The names of all keys. Those of one queue shard share a prefix with a hash tag, so that a script may touch them together
 * on a Redis Cluster.
 */
final class Keys {
    private final String prefix;

    /** @param namespace keeps installations apart that share a Redis */
    Keys(String namespace, int shard) {
        this.prefix = "{" + namespace + ":" + shard + "}:";
    }

    /** List: jobs are pushed on the left and claimed from the right. */
    String queue() {
        return prefix + "queue";
    }

    /** Sorted set: jobs by the time when they are due. */
    String delayed() {
        return prefix + "delayed";
    }

    /** Set: the names of the processing lists, as {@code lane:epoch}. */
    String processing() {
        return prefix + "processing";
    }

    /** List: the jobs that an owner of a lane is working on. */
    String processing(String lane, long epoch) {
        return processing() + ":" + lane + ":" + epoch;
    }

    /** Hash: {@code run}, the server's run that has the data, and {@code since}, from when on they miss nothing. */
    String token() {
        return prefix + "token";
    }

    /** String: the number of the writer's last commit. */
    String writer(String writer) {
        return prefix + "writer:" + writer;
    }

    /** Hash: the realtime rollups of one bucket of a series, of all origins. */
    String realtime(String series, long bucketMillis) {
        return prefix + "rt:" + series + ':' + bucketMillis;
    }

    /** Set: the attributions of one type that have realtime rollups of one bucket. */
    String attributions(String type, long bucketMillis) {
        return prefix + "rt:of:" + type + ':' + bucketMillis;
    }

    /** String: there while no job is to be claimed. */
    String paused() {
        return prefix + "paused";
    }
}

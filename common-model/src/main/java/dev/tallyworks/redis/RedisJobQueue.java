package dev.tallyworks.redis;

import dev.tallyworks.queue.Job;
import dev.tallyworks.queue.JobQueue;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The queue of one shard, as lists and sorted sets ({@link Keys}) that only scripts change together. */
public final class RedisJobQueue implements JobQueue {
    private final Keys keys;
    private final Scripts scripts;

    /**
     * @param namespace keeps installations apart that share a Redis
     * @param timeoutMillis how long any step may take before it counts as failed
     */
    public RedisJobQueue(Redis redis, String namespace, long timeoutMillis) {
        this.keys = new Keys(namespace, 0);
        this.scripts = new Scripts(redis, timeoutMillis);
    }

    @Override
    public void enqueue(Collection<Job> jobs) {
        if (jobs.isEmpty()) {
            return;
        }
        Request push = Request.cmd(Command.LPUSH).arg(keys.queue());
        jobs.forEach(job -> push.arg(job.encode()));
        scripts.send(push);
    }

    @Override
    public ClaimedBatch claim(String lane, long epoch, int jobsMax, long bytesMax, long nowMillis) {
        Response answer = answer(scripts.run(
                Scripts.Script.CLAIM,
                List.of(keys.queue(), keys.delayed(), keys.processing(), keys.processing(lane, epoch), keys.paused()),
                List.of(
                        Long.toString(nowMillis),
                        Integer.toString(jobsMax),
                        Long.toString(bytesMax),
                        name(lane, epoch))));
        List<Job> jobs = new ArrayList<>(answer.size());
        int unreadable = 0;
        for (int i = 1; i < answer.size(); i++) {
            try {
                jobs.add(Job.decode(answer.get(i).toString()));
            } catch (IllegalArgumentException notAJob) {
                unreadable++;
            }
        }
        return new ClaimedBatch(jobs, unreadable, answer.get(0).toLong());
    }

    @Override
    public void acknowledge(String lane, long epoch, Collection<Job> back, Map<Job, Long> delayed) {
        List<String> args = new ArrayList<>();
        args.add(name(lane, epoch));
        args.add(Integer.toString(back.size()));
        back.forEach(job -> args.add(job.encode()));
        delayed.forEach((job, dueMillis) -> {
            args.add(job.encode());
            args.add(dueMillis.toString());
        });
        scripts.run(
                Scripts.Script.ACKNOWLEDGE,
                List.of(keys.queue(), keys.delayed(), keys.processing(), keys.processing(lane, epoch)),
                args);
    }

    @Override
    public int giveBack(Processing over, int jobsMax) {
        return answer(scripts.run(
                        Scripts.Script.GIVE_BACK,
                        List.of(keys.queue(), keys.processing(), keys.processing(over.lane(), over.epoch())),
                        List.of(name(over.lane(), over.epoch()), Integer.toString(jobsMax))))
                .toInteger();
    }

    @Override
    public void hold(boolean held) {
        Request change = held
                ? Request.cmd(Command.SET).arg(keys.paused()).arg("1")
                : Request.cmd(Command.DEL).arg(keys.paused());
        scripts.send(change);
    }

    @Override
    public State state() {
        Response answer = answer(scripts.run(
                Scripts.Script.LENGTHS,
                List.of(keys.queue(), keys.delayed(), keys.processing(), keys.paused()),
                List.of()));
        List<Processing> processing = new ArrayList<>();
        for (int i = 4; i < answer.size(); i += 2) {
            String name = answer.get(i).toString();
            int colon = name.lastIndexOf(':');
            processing.add(new Processing(
                    name.substring(0, colon),
                    Long.parseLong(name.substring(colon + 1)),
                    answer.get(i + 1).toLong()));
        }
        Response next = answer.get(3);
        return new State(
                answer.get(0).toInteger() == 1,
                answer.get(1).toLong(),
                answer.get(2).toLong(),
                next == null ? null : enqueuedAt(next.toString()),
                processing);
    }

    private static @Nullable Long enqueuedAt(String job) {
        try {
            return Job.decode(job).enqueuedAtMillis();
        } catch (IllegalArgumentException notAJob) {
            return null;
        }
    }

    private static String name(String lane, long epoch) {
        return lane + ":" + epoch;
    }

    private static Response answer(@Nullable Response response) {
        if (response == null) {
            throw new IllegalStateException("the script answers with a list");
        }
        return response;
    }
}

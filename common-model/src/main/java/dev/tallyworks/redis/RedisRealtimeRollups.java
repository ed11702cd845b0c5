package dev.tallyworks.redis;

import dev.tallyworks.event.CommitId;
import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.Leaf;
import dev.tallyworks.metric.StoredName;
import dev.tallyworks.queue.Job;
import dev.tallyworks.realtime.RealtimeRollups;
import dev.tallyworks.realtime.RealtimeWindow;
import dev.tallyworks.rollup.RollupDelta;
import dev.tallyworks.rollup.RollupNumbers;
import dev.tallyworks.rollup.Selection;
import dev.tallyworks.rollup.SeriesKey;
import dev.tallyworks.rollup.StoredRollup;
import dev.tallyworks.time.TimeRange;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One hash for each bucket of a series, with the fields of all origins, each after 11 characters that name its origin:
 *
 * <pre>
 * origin: "incarnation source type"   count   other
 * n.name   sum.name.limb   min.name   max.name   cat.field.value   compound.name.field.value.limb
 * leaf.leaf.c   leaf.leaf.name.limb   flag.field.key   unique.field.register   samples.field.bucket
 * #n  #cat  #cat.field  #leaf  #flag.field     how many names there are
 * </pre>
 *
 * Names and values are {@link StoredName escaped}, so they hold no dot.
 */
public final class RedisRealtimeRollups implements RealtimeRollups {
    /** Buckets are kept no longer than 90 days and a little; what was forgotten of a writer would make its commits unknown. */
    private static final long WRITER_KEPT_MILLIS = Duration.ofDays(100).toMillis();

    private static final int FIELDS_MAX = 1_000;
    private static final int BUCKETS_A_READ = 2_000;

    private final Keys keys;
    private final Scripts scripts;
    private final RealtimeWindow window;

    /**
     * @param namespace keeps installations apart that share a Redis
     * @param timeoutMillis how long any step may take before it counts as failed
     */
    public RedisRealtimeRollups(Redis redis, String namespace, long timeoutMillis, RealtimeWindow window) {
        this.keys = new Keys(namespace, 0);
        this.scripts = new Scripts(redis, timeoutMillis);
        this.window = window;
    }

    @Override
    public void commit(Commit commit, long nowMillis) {
        List<String> names = new ArrayList<>(
                List.of(keys.token(), keys.queue(), keys.writer(commit.id().writer())));
        List<String> args = new ArrayList<>(List.of(
                Long.toString(window.completeFromMillis(nowMillis)),
                Long.toString(commit.id().number()),
                Long.toString(WRITER_KEPT_MILLIS),
                Integer.toString(FIELDS_MAX),
                Integer.toString(commit.jobs().size())));
        for (Job job : commit.jobs()) {
            args.add(job.encode());
        }
        for (RollupDelta delta : commit.deltas()) {
            RollupDelta.Target target = delta.target();
            long keptUntil = window.keptUntilMillis(target.series().width(), target.bucketMillis());
            if (keptUntil > nowMillis) {
                names.add(keys.realtime(series(target.series()), target.bucketMillis()));
                write(delta, keptUntil, args);
            }
        }
        scripts.run(Scripts.Script.COMMIT, names, args);
    }

    private static String series(SeriesKey series) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(series.prefix());
    }

    private static void write(RollupDelta delta, long keptUntilMillis, List<String> args) {
        RollupDelta.Target target = delta.target();
        args.add(Long.toString(keptUntilMillis));
        args.add(Integer.toString(target.valuesMax()));
        args.add(Integer.toString(target.leavesMax()));
        args.add(Integer.toString(RollupDelta.Flag.MOST));
        args.add(Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(SeriesKey.originHash(target.source(), target.incarnation(), target.eventType())));
        args.add(target.incarnation() + " " + target.source() + " " + target.eventType());
        args.add(Long.toString(delta.count()));
        args.add(Integer.toString(delta.numbers().size()));
        delta.numbers().forEach((field, stats) -> {
            args.add(StoredName.escape(field));
            args.add(Long.toString(stats.count()));
            args.add(SortableNumber.write(stats.min()));
            args.add(SortableNumber.write(stats.max()));
            writeLimbs(stats.sum(), args);
        });
        args.add(Integer.toString(delta.categories().size()));
        delta.categories().forEach((field, values) -> {
            args.add(StoredName.escape(field));
            args.add(Integer.toString(values.size()));
            values.forEach((value, stats) -> {
                args.add(StoredName.escape(value));
                writeStats(stats, args);
            });
        });
        args.add(Integer.toString(delta.leaves().size()));
        delta.leaves().forEach((leaf, stats) -> {
            args.add(leaf);
            args.add(Leaf.withoutValues(leaf));
            writeStats(stats, args);
        });
        writeList(
                args,
                list -> delta.flags()
                        .forEach((field, values) -> values.forEach((key, times) -> {
                            list.add(StoredName.escape(field));
                            list.add(key);
                            list.add(Long.toString(times));
                        })),
                3);
        writeList(
                args,
                list -> delta.unique().forEach((of, sketch) -> {
                    String path = StoredName.escape(of) + '.';
                    sketch.forEach((register, rank) -> {
                        list.add(path + register);
                        list.add(Integer.toString(rank));
                    });
                }),
                2);
        writeList(
                args,
                list -> delta.percentiles().forEach((field, sketch) -> {
                    String path = StoredName.escape(field) + '.';
                    sketch.counts().forEach((bucket, count) -> {
                        list.add(path + bucket);
                        list.add(Long.toString(count));
                    });
                }),
                2);
    }

    private static void writeStats(RollupDelta.CategoryStats stats, List<String> args) {
        args.add(Long.toString(stats.count()));
        args.add(Integer.toString(stats.sums().size()));
        stats.sums().forEach((number, sum) -> {
            args.add(StoredName.escape(number));
            writeLimbs(sum, args);
        });
    }

    /** @param size how many arguments an element has */
    private static void writeList(List<String> args, Consumer<List<String>> elements, int size) {
        int place = args.size();
        args.add("");
        elements.accept(args);
        args.set(place, Integer.toString((args.size() - place - 1) / size));
    }

    private static void writeLimbs(ExactSum sum, List<String> args) {
        int place = args.size();
        args.add("");
        int[] limbs = {0};
        sum.forEachLimb((limb, value) -> {
            args.add(limb.toString());
            args.add(Long.toString(value));
            limbs[0]++;
        });
        if (limbs[0] == 0) {
            // A sum that is zero is not the same as none.
            args.add("0");
            args.add("0");
            limbs[0] = 1;
        }
        args.set(place, Integer.toString(limbs[0]));
    }

    @Override
    public boolean knows(CommitId commit) {
        return answer(scripts.run(
                                Scripts.Script.KNOWS,
                                List.of(keys.token(), keys.writer(commit.writer())),
                                List.of(Long.toString(commit.number()))))
                        .toInteger()
                == 1;
    }

    @Override
    public void beat(long completeSinceMillis) {
        scripts.run(Scripts.Script.BEAT, List.of(keys.token()), List.of(Long.toString(completeSinceMillis), "lost"));
    }

    @Override
    public void completeFromTheBeginning(long completeSinceMillis) {
        scripts.run(Scripts.Script.BEAT, List.of(keys.token()), List.of(Long.toString(completeSinceMillis), "none"));
    }

    @Override
    public long read(SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to) {
        long complete = 0;
        String name = series(series);
        long width = series.width().widthMillis();
        long bucket = range.startMillis();
        do {
            List<Long> buckets = new ArrayList<>();
            List<String> names = new ArrayList<>(List.of(keys.token()));
            for (; bucket < range.endMillis() && buckets.size() < BUCKETS_A_READ; bucket += width) {
                buckets.add(bucket);
                names.add(keys.realtime(name, bucket));
            }
            Response answer = answer(scripts.run(Scripts.Script.REALTIME, names, List.of()));
            Response since = answer.get(0);
            if (since == null) {
                return Long.MAX_VALUE;
            }
            complete = Math.max(complete, since.toLong());
            for (int i = 1; i < answer.size(); i += 2) {
                read(buckets.get(answer.get(i).toInteger()), answer.get(i + 1), selection, to);
            }
        } while (bucket < range.endMillis());
        return complete;
    }

    private static void read(long bucketMillis, Response fields, Selection selection, Consumer<StoredRollup> to) {
        Map<String, OriginFields> origins = new HashMap<>();
        for (int i = 0; i < fields.size(); i += 2) {
            String field = fields.get(i).toString();
            int dot = field.indexOf('.');
            origins.computeIfAbsent(field.substring(0, dot), origin -> new OriginFields(bucketMillis, selection))
                    .take(field.substring(dot + 1), fields.get(i + 1).toString());
        }
        origins.values().forEach(origin -> to.accept(origin.rollup()));
    }

    /** What one origin has added to a bucket, as far as it is selected. */
    private static final class OriginFields {
        private final long bucketMillis;
        private final Selection selection;
        private final RollupNumbers numbers = new RollupNumbers();
        private String origin = "";

        OriginFields(long bucketMillis, Selection selection) {
            this.bucketMillis = bucketMillis;
            this.selection = selection;
        }

        void take(String path, String value) {
            String[] parts = path.split("\\.", -1);
            switch (parts[0]) {
                case "origin" -> origin = value;
                case "count" -> numbers.addCount(Long.parseLong(value), 0);
                case "other" -> numbers.addCount(0, Long.parseLong(value));
                case "n", "sum", "min", "max" -> takeNumber(parts, value);
                case "cat" -> takeCategory(parts, value);
                case "compound" -> takeCompound(parts, value);
                case "leaf" -> takeLeaf(parts, value);
                case "flag" -> takeFlag(parts, value);
                case "unique" -> takeUnique(parts, value);
                case "samples" -> takeSamples(parts, value);
                default -> {} // how many names there are
            }
        }

        private void takeNumber(String[] parts, String value) {
            String field = shown(parts[1]);
            if (!selection.takesNumber(field)) {
                return;
            }
            RollupNumbers.OfNumber number = numbers.number(field);
            switch (parts[0]) {
                case "n" -> number.addCount(Long.parseLong(value));
                case "sum" -> number.sum().add(Integer.parseInt(parts[2]), Long.parseLong(value));
                case "min" -> number.addExtremes(SortableNumber.read(value), null);
                default -> number.addExtremes(null, SortableNumber.read(value));
            }
        }

        private void takeCategory(String[] parts, String value) {
            String field = shown(parts[1]);
            if (selection.takesCategory(field)) {
                numbers.value(field, shown(parts[2])).addCount(Long.parseLong(value));
            }
        }

        private void takeCompound(String[] parts, String value) {
            String number = shown(parts[1]);
            String field = shown(parts[2]);
            if (selection.compounds() && selection.takesNumber(number) && selection.takesCategory(field)) {
                numbers.value(field, shown(parts[3]))
                        .sum(number)
                        .add(Integer.parseInt(parts[4]), Long.parseLong(value));
            }
        }

        private void takeLeaf(String[] parts, String value) {
            if (!selection.leaves()) {
                return;
            }
            if (parts.length == 3) {
                numbers.leaf(parts[1]).addCount(Long.parseLong(value));
            } else if (selection.takesNumber(shown(parts[2]))) {
                numbers.leaf(parts[1]).sum(shown(parts[2])).add(Integer.parseInt(parts[3]), Long.parseLong(value));
            }
        }

        private void takeFlag(String[] parts, String value) {
            String field = shown(parts[1]);
            if (selection.takesFlag(field)) {
                RollupDelta.Flag.read(numbers.flag(field), bucketMillis, parts[2], Long.parseLong(value));
            }
        }

        private void takeUnique(String[] parts, String value) {
            String of = shown(parts[1]);
            if (selection.unique().contains(of)) {
                numbers.unique(of).raise(Integer.parseInt(parts[2]), Integer.parseInt(value));
            }
        }

        private void takeSamples(String[] parts, String value) {
            String field = shown(parts[1]);
            if (selection.percentiles().contains(field)) {
                numbers.percentiles(field).add(Integer.parseInt(parts[2]), Long.parseLong(value));
            }
        }

        StoredRollup rollup() {
            String[] parts = origin.split(" ", 3);
            return new StoredRollup(bucketMillis, parts[1], Long.parseLong(parts[0]), parts[2], numbers);
        }

        private static String shown(String name) {
            return StoredName.shown(name);
        }
    }

    private static Response answer(@Nullable Response response) {
        if (response == null) {
            throw new IllegalStateException("the script answers");
        }
        return response;
    }
}

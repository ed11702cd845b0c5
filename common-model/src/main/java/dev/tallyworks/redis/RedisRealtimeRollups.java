package dev.tallyworks.redis;

import dev.tallyworks.event.CommitId;
import dev.tallyworks.metric.ExactSum;
import dev.tallyworks.metric.Leaf;
import dev.tallyworks.metric.ShortText;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * For each bucket of a type of attributions one set of its series, each a name and its value; one hash for each bucket of a series, with the fields of all origins, each after 11 characters that name its origin:
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
    private static final int KEYS_A_READ = 2_000;
    /** Of a series' 16 bytes as text. */
    private static final int SERIES_LENGTH = 22;

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
                Long.toString(window.aheadMillis()),
                Long.toString(commit.id().number()),
                Long.toString(WRITER_KEPT_MILLIS),
                Integer.toString(FIELDS_MAX),
                Integer.toString(commit.jobs().size())));
        for (Job job : commit.jobs()) {
            args.add(job.encode());
        }
        int rollups = args.size();
        args.add("");
        int fixedKeys = names.size();
        Map<String, List<String>> attributions = new LinkedHashMap<>();
        for (RollupDelta delta : commit.deltas()) {
            RollupDelta.Target target = delta.target();
            SeriesKey series = target.series();
            long keptUntil = window.keptUntilMillis(series.width(), target.bucketMillis());
            if (keptUntil > nowMillis) {
                String name = text(series.prefix());
                names.add(keys.realtime(name, target.bucketMillis()));
                write(delta, keptUntil, args);
                String value = series.attributionValue();
                if (value != null) {
                    attributions
                            .computeIfAbsent(
                                    keys.attributions(text(series.typeHash()), target.bucketMillis()),
                                    key -> new ArrayList<>(List.of(Long.toString(keptUntil))))
                            .add(name + ShortText.cut(value));
                }
            }
        }
        args.set(rollups, Integer.toString(names.size() - fixedKeys));
        attributions.forEach((key, set) -> {
            names.add(key);
            args.add(set.get(0));
            args.add(Integer.toString(set.size() - 1));
            args.addAll(set.subList(1, set.size()));
        });
        scripts.run(Scripts.Script.COMMIT, names, args);
    }

    private static String text(byte[] hash) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    }

    private static void write(RollupDelta delta, long keptUntilMillis, List<String> args) {
        RollupDelta.Target target = delta.target();
        args.add(Long.toString(keptUntilMillis));
        args.add(Integer.toString(target.valuesMax()));
        args.add(Integer.toString(target.leavesMax()));
        args.add(Integer.toString(RollupDelta.Flag.MOST));
        args.add(text(SeriesKey.originHash(target.source(), target.incarnation(), target.eventType())));
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
    public long beat() {
        return answer(scripts.run(
                        Scripts.Script.BEAT,
                        List.of(keys.token()),
                        List.of("lost", Long.toString(window.aheadMillis()))))
                .toLong();
    }

    @Override
    public void completeFromTheBeginning(long completeSinceMillis) {
        scripts.run(Scripts.Script.BEAT, List.of(keys.token()), List.of("none", Long.toString(completeSinceMillis)));
    }

    @Override
    public long read(SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to) {
        String name = text(series.prefix());
        List<Place> places = new ArrayList<>();
        forEachBucket(series, range, bucket -> places.add(new Place(bucket, name, null)));
        return read(places, selection, to);
    }

    @Override
    public long readAttributions(SeriesKey series, TimeRange range, Selection selection, Consumer<StoredRollup> to) {
        String type = text(series.typeHash());
        List<Long> buckets = new ArrayList<>();
        List<String> names = new ArrayList<>();
        forEachBucket(series, range, bucket -> {
            buckets.add(bucket);
            names.add(keys.attributions(type, bucket));
        });
        List<Place> places = new ArrayList<>();
        long complete = readAll(
                names,
                "SMEMBERS",
                (i, members) -> members.forEach(member -> {
                    String text = member.toString();
                    places.add(
                            new Place(buckets.get(i), text.substring(0, SERIES_LENGTH), text.substring(SERIES_LENGTH)));
                }));
        return places.isEmpty() ? complete : Math.max(complete, read(places, selection, to));
    }

    /** Where one rollup is. */
    private record Place(
            long bucketMillis, String series, @Nullable String attribution) {}

    private static void forEachBucket(SeriesKey series, TimeRange range, LongConsumer bucket) {
        for (long at = range.startMillis();
                at < range.endMillis();
                at += series.width().widthMillis()) {
            bucket.accept(at);
        }
    }

    private long read(List<Place> places, Selection selection, Consumer<StoredRollup> to) {
        List<String> names = places.stream()
                .map(place -> keys.realtime(place.series, place.bucketMillis))
                .toList();
        return readAll(names, "HGETALL", (i, fields) -> read(places.get(i), fields, selection, to));
    }

    private interface Found {
        void accept(int number, Response content);
    }

    /** Gives what is found under some of the names, and returns from when on nothing is missing. */
    private long readAll(List<String> names, String command, Found to) {
        long complete = 0;
        int from = 0;
        do {
            List<String> some = new ArrayList<>(List.of(keys.token()));
            some.addAll(names.subList(from, Math.min(names.size(), from + KEYS_A_READ)));
            Response answer = answer(scripts.run(Scripts.Script.REALTIME, some, List.of(command)));
            Response since = answer.get(0);
            if (since == null) {
                return Long.MAX_VALUE;
            }
            complete = Math.max(complete, since.toLong());
            for (int i = 1; i < answer.size(); i += 2) {
                to.accept(from + answer.get(i).toInteger(), answer.get(i + 1));
            }
            from += KEYS_A_READ;
        } while (from < names.size());
        return complete;
    }

    private static void read(Place place, Response fields, Selection selection, Consumer<StoredRollup> to) {
        Map<String, OriginFields> origins = new HashMap<>();
        for (int i = 0; i < fields.size(); i += 2) {
            String field = fields.get(i).toString();
            int dot = field.indexOf('.');
            origins.computeIfAbsent(field.substring(0, dot), origin -> new OriginFields(place, selection))
                    .take(field.substring(dot + 1), fields.get(i + 1).toString());
        }
        origins.values().forEach(origin -> to.accept(origin.rollup()));
    }

    /** What one origin has added to a bucket, as far as it is selected. */
    private static final class OriginFields {
        private final Place place;
        private final Selection selection;
        private final RollupNumbers numbers = new RollupNumbers();
        private String origin = "";

        OriginFields(Place place, Selection selection) {
            this.place = place;
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
                RollupDelta.Flag.read(numbers.flag(field), place.bucketMillis, parts[2], Long.parseLong(value));
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
            return new StoredRollup(
                    place.bucketMillis, parts[1], Long.parseLong(parts[0]), parts[2], place.attribution, numbers);
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

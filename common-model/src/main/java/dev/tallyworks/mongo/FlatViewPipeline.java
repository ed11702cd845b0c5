package dev.tallyworks.mongo;

import static dev.tallyworks.mongo.RollupDocuments.ATTRIBUTION;
import static dev.tallyworks.mongo.RollupDocuments.BUCKET;
import static dev.tallyworks.mongo.RollupDocuments.CATEGORY;
import static dev.tallyworks.mongo.RollupDocuments.COMPOUND;
import static dev.tallyworks.mongo.RollupDocuments.COUNT;
import static dev.tallyworks.mongo.RollupDocuments.GENERATION;
import static dev.tallyworks.mongo.RollupDocuments.INCARNATION;
import static dev.tallyworks.mongo.RollupDocuments.MAX;
import static dev.tallyworks.mongo.RollupDocuments.MIN;
import static dev.tallyworks.mongo.RollupDocuments.SOURCE;
import static dev.tallyworks.mongo.RollupDocuments.SUM;
import static dev.tallyworks.mongo.RollupDocuments.TYPE;
import static dev.tallyworks.mongo.RollupDocuments.VALUES;
import static dev.tallyworks.mongo.RollupDocuments.WIDTH;

import dev.tallyworks.definition.Aggregation;
import dev.tallyworks.definition.Generations;
import dev.tallyworks.definition.Snapshot;
import dev.tallyworks.definition.Source;
import dev.tallyworks.time.TimeRange;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.Document;

/**
 * The pipeline of a view that makes one document of each number in force of an aggregation's rollups:
 *
 * <pre>
 * {timestamp, granularity, source, eventType, attributionType, attributionValue,
 *  metric: COUNT | FIELD_COUNT | SUM | MIN | MAX | CATEGORY | COMPOUND_SUM, field, by, category, value: Decimal128}
 * </pre>
 *
 * As in questions a compound sum's {@code by} is the field with the categories, and attribution type {@code _total} stands for
 * every event once. FIELD_COUNT is how many events have a number in the field. What a number has none of is absent.
 */
final class FlatViewPipeline {
    /** A pipeline may have some thousand stages; what is beyond is left out, the oldest partitions first. */
    static final int COLLECTIONS_MAX = 900;

    private FlatViewPipeline() {}

    /** @param others the collections beside the one that the view is on */
    static BsonArray of(Aggregation aggregation, Snapshot definitions, List<String> others) {
        BsonDocument inForce = stage("$match", inForce(aggregation, definitions));
        BsonArray pipeline = new BsonArray(List.of(inForce));
        for (String other : others) {
            pipeline.add(stage("$unionWith", new Document("coll", other).append("pipeline", List.of(inForce))));
        }
        pipeline.addAll(flatten());
        return pipeline;
    }

    private static List<BsonDocument> flatten() {
        Document numbers = new Document(
                "$concatArrays",
                List.of(
                        List.of(number("COUNT", '$' + COUNT)),
                        ofField("FIELD_COUNT", VALUES, "$$field.v"),
                        ofField("SUM", SUM, sum("$$field.v")),
                        ofField("MIN", MIN, "$$field.v"),
                        ofField("MAX", MAX, "$$field.v"),
                        categories(),
                        compounds()));
        Document kept = new Document("_id", 0)
                .append("timestamp", '$' + BUCKET)
                .append("granularity", '$' + WIDTH)
                .append("source", '$' + SOURCE)
                .append("eventType", '$' + TYPE)
                .append("attributionType", '$' + ATTRIBUTION + '.' + Fields.ATTRIBUTION_TYPE)
                .append("attributionValue", '$' + ATTRIBUTION + '.' + Fields.ATTRIBUTION_VALUE)
                .append("number", numbers);
        Document root = new Document("$mergeObjects", List.of("$$ROOT", "$number"));
        return List.of(
                stage("$project", kept),
                stage("$unwind", "$number"),
                stage("$replaceRoot", new Document("newRoot", root)),
                stage("$project", new Document("number", 0)));
    }

    private static BsonDocument stage(String name, Object of) {
        return new Document(name, of).toBsonDocument();
    }

    private static Document inForce(Aggregation aggregation, Snapshot definitions) {
        List<Document> eras = new ArrayList<>();
        for (Aggregation.Portion portion : aggregation.portions(Generations.ALWAYS)) {
            Document era = new Document(GENERATION, portion.aggregation().generation());
            TimeRange range = portion.range();
            Document buckets = new Document();
            if (range.startMillis() != Long.MIN_VALUE) {
                buckets.append("$gte", new Date(range.startMillis()));
            }
            if (range.endMillis() != Long.MAX_VALUE) {
                buckets.append("$lt", new Date(range.endMillis()));
            }
            eras.add(buckets.isEmpty() ? era : era.append(BUCKET, buckets));
        }
        List<String> asked = aggregation.filter().sources();
        List<Document> sources = new ArrayList<>(List.of(new Document(SOURCE, Aggregation.BUILT_IN_SOURCE)));
        for (Source source : definitions.sources()) {
            boolean counts = definitions.counts(source.id(), source.incarnation());
            if (counts && (asked.isEmpty() || asked.contains(source.id()))) {
                sources.add(new Document(SOURCE, source.id()).append(INCARNATION, source.incarnation()));
            }
        }
        return new Document(RollupDocuments.AGGREGATION, aggregation.id())
                .append("$and", List.of(new Document("$or", eras), new Document("$or", sources)));
    }

    private static Document ofField(String metric, String part, Object value) {
        return map(members('$' + part), "field", number(metric, value).append("field", shown("$$field.k")));
    }

    private static Document categories() {
        Document number = number("CATEGORY", "$$value.v")
                .append("field", shown("$$field.k"))
                .append("category", shown("$$value.k"));
        return flatMap(members('$' + CATEGORY), "field", map(members("$$field.v"), "value", number));
    }

    private static Document compounds() {
        Document number = number("COMPOUND_SUM", sum("$$value.v"))
                .append("field", shown("$$number.k"))
                .append("by", shown("$$by.k"))
                .append("category", shown("$$value.k"));
        Document ofNumber = flatMap(members("$$number.v"), "by", map(members("$$by.v"), "value", number));
        return flatMap(members('$' + COMPOUND), "number", ofNumber);
    }

    private static Document number(String metric, Object value) {
        return new Document("metric", metric).append("value", new Document("$toDecimal", value));
    }

    /** The exact sum of limbs, each times 10 to the 9th as often as its name says. */
    private static Document sum(String limbs) {
        Document exponent =
                new Document("$toString", new Document("$multiply", List.of(9, new Document("$toInt", "$$limb.k"))));
        Document power = new Document("$toDecimal", new Document("$concat", List.of("1E", exponent)));
        Document products = map(
                members(limbs),
                "limb",
                new Document("$multiply", List.of(new Document("$toDecimal", "$$limb.v"), power)));
        return new Document("$sum", products);
    }

    /** A document's members as {@code {k, v}}; none where there is no document. */
    private static Document members(String document) {
        return new Document("$objectToArray", new Document("$ifNull", List.of(document, new Document())));
    }

    private static Document map(Document array, String as, Object in) {
        return new Document(
                "$map", new Document("input", array).append("as", as).append("in", in));
    }

    private static Document flatMap(Document array, String as, Document in) {
        Document together = new Document("$concatArrays", List.of("$$value", "$$this"));
        return new Document(
                "$reduce",
                new Document("input", map(array, as, in))
                        .append("initialValue", List.of())
                        .append("in", together));
    }

    /** As {@link dev.tallyworks.metric.StoredName#shown} does it. */
    private static Document shown(String stored) {
        Object name = stored;
        String[][] escapes = {{"%2E", "."}, {"%24", "$"}, {"%00", "\0"}, {"%5F", "_"}, {"%25", "%"}};
        for (String[] escape : escapes) {
            name = new Document(
                    "$replaceAll",
                    new Document("input", name)
                            .append("find", escape[0])
                            .append("replacement", new Document("$literal", escape[1])));
        }
        return new Document("$cond", List.of(new Document("$eq", List.of(stored, "%")), "", name));
    }
}

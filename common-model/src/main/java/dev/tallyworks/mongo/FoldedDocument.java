package dev.tallyworks.mongo;

import static dev.tallyworks.metric.StoredName.OTHER;
import static dev.tallyworks.mongo.RollupDocuments.CATEGORY;
import static dev.tallyworks.mongo.RollupDocuments.COMPOUND;
import static dev.tallyworks.mongo.RollupDocuments.FLAG;
import static dev.tallyworks.mongo.RollupDocuments.LEAF;
import static dev.tallyworks.mongo.RollupDocuments.LEAF_SUMS;
import static dev.tallyworks.mongo.RollupDocuments.MAX;
import static dev.tallyworks.mongo.RollupDocuments.MIN;
import static dev.tallyworks.mongo.RollupDocuments.NAMES;
import static dev.tallyworks.mongo.RollupDocuments.OTHER_COUNT;
import static dev.tallyworks.mongo.RollupDocuments.SUM;
import static dev.tallyworks.mongo.RollupDocuments.VALUES;

import dev.tallyworks.metric.Leaf;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.codecs.DocumentCodec;
import org.bson.types.Decimal128;

/**
 * A rollup document that became too large, with the same totals and fewer names: the values of each categorical field are
 * folded into one, and where that is not enough, most fields too.
 */
final class FoldedDocument {
    /** Half of what a server takes, so that much can be added before it is too large again. */
    private static final int BYTES_MAX = 8 << 20;

    private FoldedDocument() {}

    /** Changes the document, and gives it back. */
    static Document of(Document stored) {
        foldValues(stored);
        if (bytes(stored) > BYTES_MAX) {
            foldFields(stored);
        }
        stored.put(NAMES, DocumentNames.of(stored).count());
        return stored;
    }

    private static void foldValues(Document stored) {
        Document categories = part(stored, CATEGORY);
        categories.values().forEach(values -> addOthers(stored, (Document) values));
        categories.replaceAll((field, values) -> folded((Document) values));
        part(stored, COMPOUND).values().forEach(fields -> ((Document) fields)
                .replaceAll((field, values) -> folded((Document) values)));
        part(stored, FLAG).replaceAll((field, values) -> folded((Document) values));
        stored.computeIfPresent(LEAF, (name, leaves) -> foldedLeaves((Document) leaves, Leaf::withoutValues));
    }

    private static Document foldedLeaves(Document leaves, UnaryOperator<String> into) {
        Document folded = new Document();
        leaves.values().forEach(some -> ((Document) some).forEach((leaf, stats) -> {
            String name = into.apply(leaf);
            Document group =
                    (Document) folded.computeIfAbsent(RollupDocuments.leafDocument(name), hash -> new Document());
            group.merge(name, stats, FoldedDocument::sum);
        }));
        return folded;
    }

    /** The small ones stay: among them are those that are no client's mischief. */
    private static void foldFields(Document stored) {
        Set<String> numbers = smallest(part(stored, VALUES), List.of(part(stored, SUM)));
        List<Document> compounds = new ArrayList<>();
        part(stored, COMPOUND).values().forEach(fields -> compounds.add((Document) fields));
        Set<String> fields = smallest(part(stored, CATEGORY), compounds);
        Document unnamed = new Document(part(stored, VALUES));
        unnamed.keySet().removeAll(numbers);
        addOthers(stored, unnamed);
        stored.computeIfPresent(VALUES, (name, counts) -> folded((Document) counts, numbers, FoldedDocument::sum));
        stored.computeIfPresent(SUM, (name, sums) -> folded((Document) sums, numbers, FoldedDocument::sum));
        stored.computeIfPresent(MIN, (name, least) -> folded((Document) least, numbers, extreme(-1)));
        stored.computeIfPresent(MAX, (name, greatest) -> folded((Document) greatest, numbers, extreme(1)));
        stored.computeIfPresent(CATEGORY, (name, values) -> folded((Document) values, fields, FoldedDocument::sum));
        stored.computeIfPresent(FLAG, (name, values) -> folded((Document) values, fields, FoldedDocument::sum));
        stored.computeIfPresent(LEAF, (name, leaves) -> {
            Document folded = foldedLeaves((Document) leaves, leaf -> OTHER);
            Document only = (Document) ((Document) folded.get(RollupDocuments.leafDocument(OTHER))).get(OTHER);
            only.computeIfPresent(LEAF_SUMS, (sums, limbs) -> folded((Document) limbs, numbers, FoldedDocument::sum));
            return folded;
        });
        stored.computeIfPresent(COMPOUND, (name, sums) -> {
            Document kept = folded((Document) sums, numbers, FoldedDocument::sum);
            kept.replaceAll((number, values) -> folded((Document) values, fields, FoldedDocument::sum));
            return kept;
        });
    }

    /** Of the names, those that take the least room, as many as take a quarter of what all may take. */
    private static Set<String> smallest(Document names, List<Document> others) {
        Map<String, Long> bytes = new HashMap<>();
        for (String name : names.keySet()) {
            long sum = bytes(new Document(name, names.get(name)));
            for (Document other : others) {
                sum += other.containsKey(name) ? bytes(new Document(name, other.get(name))) : 0;
            }
            bytes.put(name, sum);
        }
        Set<String> smallest = new HashSet<>();
        long[] room = {BYTES_MAX / 4};
        bytes.entrySet().stream().sorted(Map.Entry.comparingByValue()).forEach(name -> {
            room[0] -= name.getValue();
            if (room[0] >= 0) {
                smallest.add(name.getKey());
            }
        });
        return smallest;
    }

    private static BinaryOperator<Object> extreme(int sign) {
        return (one, other) -> {
            int order = ((Decimal128) one).bigDecimalValue().compareTo(((Decimal128) other).bigDecimalValue());
            return order * sign >= 0 ? one : other;
        };
    }

    private static void addOthers(Document stored, Document counts) {
        long others = 0;
        for (Map.Entry<String, Object> count : counts.entrySet()) {
            others += count.getKey().equals(OTHER) ? 0 : (Long) count.getValue();
        }
        stored.merge(OTHER_COUNT, others, FoldedDocument::sum);
    }

    /** The parts that are not kept become one. */
    private static Document folded(Document parts, Set<String> kept, BinaryOperator<Object> adding) {
        Document folded = new Document();
        parts.forEach((name, part) -> folded.merge(kept.contains(name) ? name : OTHER, part, adding));
        return folded;
    }

    private static Document folded(Document values) {
        return folded(values, Set.of(), FoldedDocument::sum);
    }

    /** Of two numbers, or of all numbers of two documents, by path. */
    private static Object sum(Object one, Object other) {
        if (one instanceof Document into) {
            Document sum = new Document(into);
            ((Document) other).forEach((name, part) -> sum.merge(name, part, FoldedDocument::sum));
            return sum;
        }
        return Math.addExact((Long) one, (Long) other);
    }

    private static Document part(Document stored, String name) {
        Document part = stored.get(name, Document.class);
        return part == null ? new Document() : part;
    }

    private static int bytes(Document document) {
        return new RawBsonDocument(document, new DocumentCodec())
                .getByteBuffer()
                .remaining();
    }
}

package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import de.bwaldvogel.mongo.wire.BsonConstants;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Documents by position, as BSON: as objects they would take some five times the memory. Thread-safe. */
final class StoredDocuments {
    /** As a server answers it, for that one document and not for the command. */
    private static final int TOO_LARGE = 17419;

    private final List<byte @Nullable []> documents = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();

    synchronized int add(Document document) {
        byte[] bytes = encode(document);
        Integer position = free.poll();
        if (position == null) {
            documents.add(bytes);
            return documents.size() - 1;
        }
        documents.set(position, bytes);
        return position;
    }

    /** A document of its own for each call. */
    Document get(int position) {
        byte[] bytes = bytes(position);
        if (bytes == null) {
            throw new NoSuchElementException("no document at " + position);
        }
        return decode(bytes);
    }

    private synchronized byte @Nullable [] bytes(int position) {
        return documents.get(position);
    }

    synchronized void replace(int position, Document document) {
        documents.set(position, encode(document));
    }

    synchronized void remove(int position) {
        documents.set(position, null);
        free.add(position);
    }

    synchronized int size() {
        return documents.size() - free.size();
    }

    /** In the order of the positions, as of now. */
    synchronized List<Integer> positions() {
        return IntStream.range(0, documents.size())
                .filter(position -> documents.get(position) != null)
                .boxed()
                .toList();
    }

    static Document decode(byte[] bytes) {
        return BsonDecoder.decodeBson(Unpooled.wrappedBuffer(bytes));
    }

    static byte[] encode(Document document) {
        ByteBuf buffer = Unpooled.buffer(1024);
        BsonEncoder.encodeDocument(document, buffer);
        if (buffer.readableBytes() > BsonConstants.MAX_BSON_OBJECT_SIZE) {
            throw new MongoServerError(TOO_LARGE, "Location" + TOO_LARGE, "Resulting document is too large");
        }
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }
}

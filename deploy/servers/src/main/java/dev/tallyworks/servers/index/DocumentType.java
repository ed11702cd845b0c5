package dev.tallyworks.servers.index;

import de.bwaldvogel.mongo.bson.Document;
import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** How documents stand in the file: as BSON, with its length before it. Java's serialization takes some ten times as long. */
final class DocumentType extends BasicDataType<Document> {
    private static final int BYTES = 200;
    private static final int BYTES_A_FIELD = 60;

    /** Roughly: it decides how many documents stand on a page. */
    @Override
    public int getMemory(Document document) {
        return BYTES + BYTES_A_FIELD * document.size();
    }

    @Override
    public void write(WriteBuffer buffer, Document document) {
        byte[] bytes = StoredDocuments.encode(document);
        buffer.putVarInt(bytes.length).put(bytes);
    }

    @Override
    public Document read(ByteBuffer buffer) {
        byte[] bytes = new byte[DataUtils.readVarInt(buffer)];
        buffer.get(bytes);
        return StoredDocuments.decode(bytes);
    }

    @Override
    public Document[] createStorage(int size) {
        return new Document[size];
    }
}

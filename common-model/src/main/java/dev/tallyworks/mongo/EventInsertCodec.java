package dev.tallyworks.mongo;

import dev.tallyworks.event.CommitId;
import dev.tallyworks.event.Event;
import org.bson.BsonReader;
import org.bson.BsonWriter;
import org.bson.codecs.Codec;
import org.bson.codecs.DecoderContext;
import org.bson.codecs.EncoderContext;

/** Writes new events straight into the driver's buffer, without a document in between. */
final class EventInsertCodec implements Codec<EventInsertCodec.Insert> {
    record Insert(Event event, CommitId commit) {}

    @Override
    public void encode(BsonWriter writer, Insert insert, EncoderContext context) {
        EventDocuments.write(writer, insert.event(), insert.commit());
    }

    @Override
    public Insert decode(BsonReader reader, DecoderContext context) {
        throw new UnsupportedOperationException("events are read as documents");
    }

    @Override
    public Class<Insert> getEncoderClass() {
        return Insert.class;
    }
}

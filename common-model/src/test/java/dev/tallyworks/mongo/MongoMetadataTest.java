package dev.tallyworks.mongo;

import dev.tallyworks.metadata.Metadata;
import dev.tallyworks.metadata.MetadataContract;
import dev.tallyworks.removal.Leftovers;
import org.junit.jupiter.api.extension.RegisterExtension;

class MongoMetadataTest extends MetadataContract {
    @RegisterExtension
    static final TestDatabase STORE = new TestDatabase();

    @Override
    protected Metadata metadata() {
        return new MongoMetadata(STORE.database());
    }

    @Override
    protected Leftovers leftovers() {
        return new MongoLeftovers(STORE.database());
    }
}

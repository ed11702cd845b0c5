package dev.tallyworks.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.tallyworks.event.RawEvents;
import dev.tallyworks.event.RawEventsContract;
import dev.tallyworks.servers.Servers;

class MongoRawEventsTest extends RawEventsContract {
    static final MongoClient CLIENT = MongoClients.create(MongoSettings.customize(
                    MongoClientSettings.builder().applyConnectionString(new ConnectionString(Servers.mongoUrl())))
            .build());

    @Override
    protected RawEvents rawEvents() {
        return new MongoRawEvents(CLIENT.getDatabase("h_intake_" + System.nanoTime()));
    }
}

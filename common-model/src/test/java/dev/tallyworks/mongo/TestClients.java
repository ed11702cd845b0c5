package dev.tallyworks.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.tallyworks.servers.Servers;
import java.util.concurrent.TimeUnit;

/** Clients with the settings of the applications, but more patience: what a busy machine delays is no outage. */
final class TestClients {
    private static final int PATIENCE_SECONDS = 120;

    private TestClients() {}

    static MongoClient create() {
        return MongoClients.create(settings(Servers.mongoUrl()).build());
    }

    static MongoClientSettings.Builder settings(String url) {
        return MongoSettings.customize(MongoClientSettings.builder().applyConnectionString(new ConnectionString(url)))
                .applyToClusterSettings(cluster -> cluster.serverSelectionTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .applyToSocketSettings(socket -> socket.connectTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .readTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .applyToConnectionPoolSettings(pool -> pool.maxWaitTime(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }
}

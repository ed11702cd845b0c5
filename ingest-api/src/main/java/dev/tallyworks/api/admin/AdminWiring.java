package dev.tallyworks.api.admin;

import com.mongodb.client.MongoDatabase;
import dev.tallyworks.mongo.MongoAdminLog;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Puts the log of administrators' calls together. */
@ApplicationScoped
class AdminWiring {
    @Produces
    @Singleton
    Journal journal(MongoDatabase database, AdminSettings settings) {
        return new Journal(new MongoAdminLog(database, settings.logRetention()));
    }

    void stop(@Disposes Journal journal) {
        journal.close();
    }
}

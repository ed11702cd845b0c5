package dev.tallyworks.api.wiring;

import com.mongodb.MongoClientSettings;
import dev.tallyworks.mongo.MongoSettings;
import io.quarkus.mongodb.runtime.MongoClientCustomizer;
import jakarta.inject.Singleton;

/** Gives the client what both applications need of it. */
@Singleton
class DurableMongo implements MongoClientCustomizer {
    @Override
    public MongoClientSettings.Builder customize(MongoClientSettings.Builder settings) {
        return MongoSettings.customize(settings);
    }
}

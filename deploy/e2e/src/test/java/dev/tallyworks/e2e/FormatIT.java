package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import dev.tallyworks.local.process.Api;
import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A release that does not understand what is stored does not touch it: not at its start, and not any more where it changes. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class FormatIT {
    private static final long LIMIT_SECONDS = 90;

    private static List<String> lines(AppProcess process) throws IOException {
        return Files.readAllLines(process.log()).stream()
                .filter(line -> line.contains("MongoDB holds data of format 2"))
                .toList();
    }

    private static void hasRefused(AppProcess process) throws Exception {
        process.onExit().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        assertThat(process.exitCode()).isEqualTo(1);
        // A log of an earlier run is gone on with.
        assertThat(lines(process)).isNotEmpty().allSatisfy(line -> assertThat(line)
                .contains("FATAL", "this release understands format 1: start a release that is as new"));
    }

    @Test
    void newerDataAreLeftAlone() throws Exception {
        try (Product product = Product.onTestServers(FormatIT.class);
                MongoClient client = MongoClients.create(product.mongoUrl())) {
            MongoDatabase database = client.getDatabase(product.database());
            MongoCollection<Document> settings = database.getCollection("settings");
            settings.insertOne(new Document("_id", "format").append("version", 2));
            AppProcess ingest = product.launch(product.ingest("ingest-old"));
            AppProcess worker = product.launch(product.worker("worker-old"));
            hasRefused(ingest);
            hasRefused(worker);
            assertThat(database.listCollectionNames().into(new ArrayList<>())).containsExactly("settings");

            settings.deleteMany(Filters.empty());
            List<AppProcess> running = product.start(product.ingest("ingest"), product.worker("worker"));
            assertThat(settings.find(Filters.eq("_id", "format")).first()).containsEntry("version", 1);
            Api api = Product.api(running.get(0));
            assertThat(api.post("/api/v1/sources", "{\"name\": \"shop\"}").status())
                    .isEqualTo(201);

            settings.updateOne(Filters.eq("_id", "format"), Updates.set("version", 2));
            hasRefused(running.get(0));
            hasRefused(running.get(1));
        }
    }
}

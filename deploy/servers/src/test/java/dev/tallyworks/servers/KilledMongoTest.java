package dev.tallyworks.servers;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An embedded MongoDB that keeps its data has kept, when it is killed, what it had answered. */
class KilledMongoTest {
    private static final int WRITES = 50;

    @TempDir
    Path folder;

    /** The server, in a process that can be killed. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws InterruptedException {
            System.out.println(EmbeddedMongo.in(Path.of(arguments[0]), 0).url());
            Thread.currentThread().join();
        }
    }

    @Test
    void whatItAnsweredIsThere() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Program.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader();
                MongoClient client = MongoClients.create(lines.readLine())) {
            MongoCollection<Document> written = collection(client);
            for (int i = 0; i < WRITES; i++) {
                written.insertOne(new Document("_id", i));
            }
            written.updateOne(new Document("_id", 0), new Document("$set", new Document("seen", true)));
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();

        try (EmbeddedMongo again = EmbeddedMongo.in(folder, 0);
                MongoClient client = MongoClients.create(again.url())) {
            assertThat(collection(client).countDocuments()).isEqualTo(WRITES);
            assertThat(collection(client).countDocuments(new Document("seen", true)))
                    .isEqualTo(1);
        }
    }

    private static MongoCollection<Document> collection(MongoClient client) {
        return client.getDatabase("killed").getCollection("written");
    }
}

package dev.tallyworks.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.local.process.AppProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Variables that nobody reads keep no process from starting, and those that somebody may have meant are told. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class SettingsIT {
    private static List<String> warnings(AppProcess process) throws IOException {
        List<String> lines = Files.readAllLines(process.log());
        // A log of an earlier run is gone on with.
        int begin = 0;
        for (int i = 0; i < lines.size(); i++) {
            begin = lines.get(i).contains(" started in ") ? i : begin;
        }
        return lines.subList(0, begin).stream()
                .filter(line -> line.contains("There is no setting "))
                .toList();
    }

    @Test
    void aMisspeltVariableIsTold() throws Exception {
        try (Product product = Product.onTestServers(SettingsIT.class)) {
            product.with("TALLYWORKS_WORKER_THREAD", "4")
                    .with("TALLYWORKS_INGEST_WRITER", "4")
                    .with("TALLYWORKS_INGEST_WRITERS", "3")
                    .with("TALLYWORKS_INGEST_SERVICE_HOST", "10.0.0.1")
                    .with("TALLYWORKS_INGEST_SERVICE_PORT_HTTP", "80")
                    .with("TALLYWORKS_INGEST_PORT", "tcp://10.0.0.1:80")
                    .with("TALLYWORKS_INGEST_PORT_80_TCP_ADDR", "10.0.0.1");

            for (AppProcess process : product.start(product.ingest("ingest"), product.worker("worker"))) {
                assertThat(warnings(process))
                        .hasSizeGreaterThanOrEqualTo(2)
                        .allSatisfy(
                                line -> assertThat(line)
                                        .contains("WARN")
                                        .containsAnyOf(
                                                "TALLYWORKS_WORKER_THREAD, so it does nothing. The nearest there is: TALLYWORKS_WORKER_THREADS",
                                                "TALLYWORKS_INGEST_WRITER, so it does nothing. The nearest there is: TALLYWORKS_INGEST_WRITERS"));
            }
        }
    }
}

package dev.tallyworks.setting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tallyworks.setting.UnknownSettings.Unknown;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class UnknownSettingsTest {
    private static List<Unknown> ofVariables(String... names) {
        Map<String, String> environment = new TreeMap<>();
        for (String name : names) {
            environment.put(name, "1");
        }
        return UnknownSettings.of(environment, List.of());
    }

    @Test
    void aMisspeltVariableIsToldWithTheNearestThereIs() {
        assertThat(ofVariables("TALLYWORKS_WORKER_THREAD", "TALLYWORKS_WROKER_LEASE", "TALLYWORKS_REALTIME_BUFFERAGE"))
                .containsExactly(
                        new Unknown("TALLYWORKS_REALTIME_BUFFERAGE", "TALLYWORKS_REALTIME_BUFFER_AGE"),
                        new Unknown("TALLYWORKS_WORKER_THREAD", "TALLYWORKS_WORKER_THREADS"),
                        new Unknown("TALLYWORKS_WROKER_LEASE", "TALLYWORKS_WORKER_LEASE"));
        assertThat(ofVariables("TALLYWORKS_WORKER_THREAD").get(0))
                .hasToString("There is no setting TALLYWORKS_WORKER_THREAD, so it does nothing. The nearest there is:"
                        + " TALLYWORKS_WORKER_THREADS");
    }

    @Test
    void whatIsKnownOrSomebodyElsesIsNot() {
        assertThat(ofVariables(SettingNames.ALL.toArray(String[]::new))).isEmpty();
        assertThat(ofVariables("TALLYWORKS_REDIS_NAMESPACE", "TALLYCTL_URL", "PATH", "QUARKUS_HTTP_PORT"))
                .isEmpty();
    }

    @Test
    void ofShortNamesOnlyTheNearlyRightAreTold() {
        assertThat(ofVariables("TW_MONGO_URL", "TW_TEST_MONGODB_URL", "TW_TEST_REDIS_URL", "TW_JAVA_OPTS", "TW_TAG"))
                .containsExactly(new Unknown("TW_MONGO_URL", "TW_MONGODB_URL"));
    }

    @Test
    void whatAnOrchestratorSaysOfServicesIsNot() {
        assertThat(ofVariables(
                        "TALLYWORKS_INGEST_SERVICE_HOST",
                        "TALLYWORKS_INGEST_SERVICE_PORT",
                        "TALLYWORKS_INGEST_SERVICE_PORT_HTTP",
                        "TALLYWORKS_INGEST_PORT",
                        "TALLYWORKS_INGEST_PORT_80_TCP",
                        "TALLYWORKS_INGEST_PORT_80_TCP_ADDR",
                        "TALLYWORKS_SERVICE_HOST",
                        "TALLYWORKS_PORT_8080_TCP_PROTO"))
                .isEmpty();
        assertThat(ofVariables("TALLYWORKS_INGEST_PORT", "TALLYWORKS_INGEST_API_SERVICE_HOST"))
                .extracting(Unknown::given)
                .containsExactly("TALLYWORKS_INGEST_PORT");
    }

    @Test
    void propertiesAreToldByTheirOwnNames() {
        assertThat(UnknownSettings.of(
                        Map.of(),
                        List.of("tallyworks.wroker.threads", "tallyworks.worker.batch-events-max", "java.version")))
                .containsExactly(new Unknown("tallyworks.wroker.threads", "TALLYWORKS_WORKER_THREADS"));
        assertThat(UnknownSettings.of(Map.of(), List.of("tallyworks.redis-namespace")))
                .isEmpty();
    }

    @Test
    void aDistanceIsCountedInLetters() {
        assertThat(UnknownSettings.distance("", "abc")).isEqualTo(3);
        assertThat(UnknownSettings.distance("abc", "")).isEqualTo(3);
        assertThat(UnknownSettings.distance("abc", "abc")).isZero();
        assertThat(UnknownSettings.distance("kitten", "sitting")).isEqualTo(3);
        assertThat(UnknownSettings.distance("worker", "wroker")).isEqualTo(2);
    }
}

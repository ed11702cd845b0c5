package dev.tallyworks.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoSocketReadException;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import dev.tallyworks.definition.Change;
import dev.tallyworks.definition.DefinitionLog;
import dev.tallyworks.definition.DefinitionLogContract;
import dev.tallyworks.definition.Report;
import dev.tallyworks.failure.OutcomeUnknown;
import dev.tallyworks.servers.Servers;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class MongoDefinitionsTest extends DefinitionLogContract {
    private static final MongoClient CLIENT = MongoClients.create(MongoSettings.customize(
                    MongoClientSettings.builder().applyConnectionString(new ConnectionString(Servers.mongoUrl())))
            .build());
    private static final MongoDatabase DATABASE = CLIENT.getDatabase(Servers.freshDatabaseName());

    @AfterAll
    static void drop() {
        DATABASE.drop();
        CLIENT.close();
    }

    @Override
    protected void begin() {
        DATABASE.getCollection(Fields.DEFINITIONS).drop();
    }

    @Override
    protected DefinitionLog process() {
        return new MongoDefinitions(DATABASE, Clock.systemUTC());
    }

    private static void setReport(DefinitionLog log, String id) {
        Report report = new Report(id, id, null, true, Instant.EPOCH, Instant.EPOCH);
        log.change((newest, version) -> new DefinitionLog.Decided<>(List.of(Change.set(report)), ""));
    }

    @Test
    void tellsItsListenerOfEachVersion() {
        List<Long> told = new ArrayList<>();
        DefinitionLog log = new MongoDefinitions(DATABASE, Clock.systemUTC(), told::add);
        setReport(log, "a");
        setReport(log, "b");
        assertThat(told).containsExactly(1L, 2L);
    }

    @Test
    void beginsAnewWhereTheLogWasReplaced() {
        DefinitionLog log = process();
        setReport(log, "a");
        setReport(log, "b");
        begin();
        assertThat(log.refresh().version()).isZero();
        assertThat(log.known().reports()).isEmpty();

        setReport(log, "c");
        setReport(log, "d");
        begin();
        DefinitionLog other = process();
        setReport(other, "e");
        assertThat(log.refresh().report("e")).isPresent();
        assertThat(log.refresh().report("c")).isEmpty();

        setReport(log, "f");
        begin();
        setReport(other, "g");
        setReport(other, "h");
        setReport(other, "i");
        assertThat(log.refresh().reports()).hasSize(3);
    }

    @Test
    void recognisesItsOwnInsertWhoseAnswerWasLost() {
        LostAnswers lost = new LostAnswers();
        DefinitionLog log = new MongoDefinitions(lost.around(MongoDatabase.class, DATABASE), Clock.systemUTC());
        for (int i = 1; i <= 5; i++) {
            lost.answers = 2;
            setReport(log, "r" + i);
            assertThat(lost.answers).isZero();
        }
        assertThat(process().refresh().version()).isEqualTo(5);
        assertThat(log.known().reports()).hasSize(5);
    }

    @Test
    void saysWhereTheOutcomeStaysUnknown() {
        LostAnswers lost = new LostAnswers();
        DefinitionLog log = new MongoDefinitions(lost.around(MongoDatabase.class, DATABASE), Clock.systemUTC());
        lost.answers = 1_000;
        assertThatThrownBy(() -> setReport(log, "r")).isInstanceOf(OutcomeUnknown.class);
        lost.answers = 0;
        setReport(log, "s");
        assertThat(process().refresh().reports()).hasSize(2);
    }

    /** Forwards everything; of inserts the first answers get lost. */
    private static final class LostAnswers {
        private int answers;

        <T> T around(Class<T> type, Object inner) {
            return type.cast(
                    Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
                        boolean lost = method.getName().equals("insertOne") && answers > 0;
                        Object answer;
                        try {
                            answer = method.invoke(inner, args);
                        } catch (InvocationTargetException thrown) {
                            if (!lost) {
                                throw thrown.getCause();
                            }
                            answer = null;
                        }
                        if (lost) {
                            answers--;
                            throw new MongoSocketReadException("lost", new ServerAddress());
                        }
                        return answer instanceof MongoCollection<?> collection
                                ? around(MongoCollection.class, collection)
                                : answer;
                    }));
        }
    }
}

package dev.tallyworks.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SelfProbeTest {
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            boolean well = exchange.getRequestURI().getPath().endsWith("/live");
            exchange.sendResponseHeaders(well ? 200 : 503, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private int probe(String... arguments) {
        return SelfProbe.run(
                server.getAddress().getPort(), new PrintStream(told, true, StandardCharsets.UTF_8), arguments);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    @Test
    void onlyItsOwnWordAsksForIt() {
        assertThat(SelfProbe.isAsked()).isFalse();
        assertThat(SelfProbe.isAsked("other", "--probe")).isFalse();
        assertThat(SelfProbe.isAsked("--probe")).isTrue();
    }

    @Test
    void withoutUrlTheApplicationInTheSameContainerIsAsked() {
        assertThat(probe("--probe")).isZero();
        assertThat(told.toString(StandardCharsets.UTF_8)).startsWith(url("/q/health/live") + ": 200");
    }

    @Test
    void oneThatIsNotWellIsEnough() {
        assertThat(probe("--probe", url("/live"))).isZero();
        assertThat(probe("--probe", url("/ready"), url("/live"))).isEqualTo(1);
        assertThat(probe("--probe", url("/live"), url("/ready"))).isEqualTo(1);
    }

    @Test
    void whatDoesNotAnswerIsNotWell() {
        int port = server.getAddress().getPort();
        server.stop(0);
        assertThat(probe("--probe", "http://127.0.0.1:" + port + "/live")).isEqualTo(1);
        assertThat(probe("--probe", "no url")).isEqualTo(1);
    }
}

package dev.tallyworks.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import dev.tallyworks.servers.Servers;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way to the server that hands on every request, but may lose the answers to writes: the server has done what it was asked,
 * and its client sees the connection break.
 */
final class LossyWire implements AutoCloseable {
    private static final Set<String> WRITES = Set.of("insert", "update", "delete", "findAndModify");
    private static final int HEADER_BYTES = 16;
    private static final int OP_MSG = 2013;
    /** Header, flags, kind of the first section, length of its document, type of its first element. */
    private static final int COMMAND_AT = HEADER_BYTES + 4 + 1 + 4 + 1;

    private static final String SCHEME = "mongodb://";

    private final ServerSocket listening;
    private final String host;
    private final int port;
    private final AtomicInteger toLose = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();

    LossyWire() {
        String address = Objects.requireNonNull(new ConnectionString(Servers.mongoUrl()).getHosts())
                .get(0);
        int colon = address.lastIndexOf(':');
        host = address.substring(0, colon);
        port = Integer.parseInt(address.substring(colon + 1));
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        start(this::listen);
    }

    /** A client that does not repeat writes by itself, so that each lost answer is an unknown outcome. */
    MongoClient client() {
        String url = SCHEME + "127.0.0.1:" + listening.getLocalPort() + "/?directConnection=true";
        return MongoClients.create(TestClients.settings(url).retryWrites(false).build());
    }

    /** Loses the answers to the next writes. */
    void lose(int answers) {
        toLose.set(answers);
    }

    int lost() {
        return lost.get();
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void start(Runnable loop) {
        Thread thread = new Thread(loop, "lossy-wire");
        thread.setDaemon(true);
        thread.start();
    }

    private void listen() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                start(() -> forward(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void forward(Socket client) {
        try (client;
                Socket server = new Socket(host, port)) {
            DataInputStream requests = new DataInputStream(client.getInputStream());
            DataInputStream answers = new DataInputStream(server.getInputStream());
            OutputStream toClient = client.getOutputStream();
            while (true) {
                byte[] request = message(requests);
                server.getOutputStream().write(request);
                byte[] answer = message(answers);
                if (isWrite(request) && toLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    lost.incrementAndGet();
                    return;
                }
                toClient.write(answer);
                // An exhaustible answer (a heartbeat that streams) is followed by more without being asked.
                while (moreToCome(answer)) {
                    answer = message(answers);
                    toClient.write(answer);
                }
            }
        } catch (IOException over) {
            // One of both sides is done.
        }
    }

    private static byte[] message(DataInputStream in) throws IOException {
        byte[] length = new byte[4];
        in.readFully(length);
        byte[] message =
                new byte[ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt()];
        System.arraycopy(length, 0, message, 0, length.length);
        in.readFully(message, length.length, message.length - length.length);
        return message;
    }

    private static boolean isMessage(byte[] message) {
        return ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(12) == OP_MSG;
    }

    private static boolean moreToCome(byte[] answer) {
        return isMessage(answer) && (answer[HEADER_BYTES] & 2) != 0;
    }

    private static boolean isWrite(byte[] request) {
        if (!isMessage(request)) {
            return false;
        }
        int end = COMMAND_AT;
        while (request[end] != 0) {
            end++;
        }
        return WRITES.contains(new String(request, COMMAND_AT, end - COMMAND_AT, StandardCharsets.UTF_8));
    }
}

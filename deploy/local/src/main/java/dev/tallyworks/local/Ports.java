package dev.tallyworks.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** Which ports are free, and which answer. */
public final class Ports {
    private static final int CONNECT_MILLIS_MAX = 2_000;
    private static final int FREE_FROM = 20_000;
    private static final int FREE_TO = 32_000;
    private static final int TRIES = 1_000;
    private static final int ANSWER_MILLIS_MAX = 5_000;
    private static final int MONGO_HEADER = 16;
    private static final int MONGO_REQUEST = 1;
    private static final int MONGO_QUERY = 2004;
    private static final int MONGO_REPLY = 1;

    private Ports() {}

    /**
     * One that nobody listens on now. Not from those that the system itself gives to outgoing connections (on Linux 32768 and
     * up), as one of these might have it by the time that it is needed.
     */
    public static int free() {
        return free(1);
    }

    /** The first of so many in a row, each as {@link #free()}. */
    public static int free(int count) {
        for (int tried = 0; tried < TRIES; tried++) {
            int first = ThreadLocalRandom.current().nextInt(FREE_FROM, FREE_TO - count);
            if (IntStream.range(first, first + count).allMatch(Ports::isFree)) {
                return first;
            }
        }
        throw new IllegalStateException("no " + count + " free ports in a row after " + TRIES + " tries");
    }

    static void requireFree(int port, String whose) {
        if (port < 1 || port > 65_535) {
            throw new Refusal("port " + port + " (" + whose + ") is not 1 to 65535: choose another with --port");
        }
        try {
            bind(port);
        } catch (IOException taken) {
            boolean forbidden = String.valueOf(taken.getMessage()).contains("denied");
            throw new Refusal("port " + port + " (" + whose + ") is " + (forbidden ? "not yours to open" : "in use")
                    + ": choose another with --port");
        }
    }

    static boolean isFree(int port) {
        try {
            bind(port);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static void bind(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }
    }

    public static boolean answers(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS_MAX);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** Whether a Redis answers there, be it that it wants a password. */
    static boolean isRedis(String host, int port) {
        byte[] answer = ask(host, port, "PING\r\n".getBytes(StandardCharsets.US_ASCII), 5);
        String text = new String(answer, StandardCharsets.US_ASCII);
        return text.equals("+PONG") || text.startsWith("-");
    }

    /** Whether a MongoDB answers there: to the question that its drivers begin with, which any version understands. */
    static boolean isMongo(String host, int port) {
        byte[] name = "isMaster\0".getBytes(StandardCharsets.US_ASCII);
        byte[] collection = "admin.$cmd\0".getBytes(StandardCharsets.US_ASCII);
        int documentLength = 4 + 1 + name.length + 4 + 1;
        int length = MONGO_HEADER + 4 + collection.length + 4 + 4 + documentLength;
        ByteBuffer question = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        question.putInt(length).putInt(MONGO_REQUEST).putInt(0).putInt(MONGO_QUERY);
        question.putInt(0).put(collection).putInt(0).putInt(-1);
        // {isMaster: 1}
        question.putInt(documentLength).put((byte) 0x10).put(name).putInt(1).put((byte) 0);
        ByteBuffer answer =
                ByteBuffer.wrap(ask(host, port, question.array(), MONGO_HEADER)).order(ByteOrder.LITTLE_ENDIAN);
        return answer.capacity() == MONGO_HEADER
                && answer.getInt(8) == MONGO_REQUEST
                && answer.getInt(12) == MONGO_REPLY;
    }

    /** The first bytes of the answer, fewer where no more come. */
    private static byte[] ask(String host, int port, byte[] question, int length) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS_MAX);
            socket.setSoTimeout(ANSWER_MILLIS_MAX);
            socket.getOutputStream().write(question);
            return socket.getInputStream().readNBytes(length);
        } catch (IOException silent) {
            return new byte[0];
        }
    }
}

package dev.tallyworks.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Which ports are free, and which answer. */
public final class Ports {
    private static final int CONNECT_MILLIS_MAX = 2_000;

    private Ports() {}

    /** One that nobody listens on now. */
    public static int free() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException none) {
            throw new UncheckedIOException(none);
        }
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
}

package io.langevin.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports of 127.0.0.1, checked before a server that fails badly on a taken one is started. */
final class LoopbackPort {
    private LoopbackPort() {}

    /** A free port that is not this one, which nobody listens on yet. */
    static int freeBeside(int port) throws IOException {
        int other = free(0);
        while (other == port) {
            other = free(0);
        }
        return other;
    }

    /**
     * Returns the port, or a free one for 0.
     *
     * @throws IllegalStateException if another process listens on it
     */
    static int free(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (BindException e) {
            throw new IllegalStateException(
                    "port "
                            + port
                            + " of 127.0.0.1 is taken: stop its owner, or choose another port",
                    e);
        }
    }
}

package io.hikyaku.lab;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// Ports of the loopback address that nobody listens on, for programs whose configuration must name one. They lie below
/// those that Linux gives to outgoing connections (from 32,768 unless changed), else one could be taken before the
/// program listens there; and this process gives none twice before it has given them all.
public final class Ports {
    private static final int FIRST = 12_000;
    private static final int COUNT = 20_000;
    private static final AtomicInteger NEXT = new AtomicInteger(new Random().nextInt(COUNT));

    private Ports() {}

    /// @param count how many; all different
    public static List<Integer> free(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        for (int tried = 0; ports.size() < count; tried++) {
            if (tried == COUNT) {
                throw new IOException("no " + count + " free ports from " + FIRST + " to " + (FIRST + COUNT - 1));
            }
            int port = FIRST + Math.floorMod(NEXT.getAndIncrement(), COUNT);
            if (isFree(port)) {
                ports.add(port);
            }
        }
        return ports;
    }

    public static int free() throws IOException {
        return free(1).getFirst();
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (BindException taken) {
            return false;
        }
    }
}

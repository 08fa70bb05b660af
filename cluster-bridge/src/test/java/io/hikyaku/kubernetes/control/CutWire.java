package io.hikyaku.kubernetes.control;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Connections to a relay, which can be cut at any time: whoever is behind them vanishes without a word.
final class CutWire implements AutoCloseable {
    private final URI relay;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private ServerSocket listener;

    CutWire(String relay) throws IOException {
        this.relay = URI.create(relay);
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        port = listener.getLocalPort();
        accept(listener);
    }

    String url() {
        return "tls://127.0.0.1:" + port;
    }

    void cut() throws IOException {
        listener.close();
        for (Socket each : open) {
            each.close();
        }
    }

    void mend() throws IOException {
        listener = new ServerSocket();
        listener.setReuseAddress(true);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        accept(listener);
    }

    private void accept(ServerSocket from) {
        Thread.ofVirtual().start(() -> {
            while (!from.isClosed()) {
                try {
                    Socket near = from.accept();
                    Socket far = new Socket(relay.getHost(), relay.getPort());
                    open.add(near);
                    open.add(far);
                    Thread.ofVirtual().start(() -> copy(near, far));
                    Thread.ofVirtual().start(() -> copy(far, near));
                } catch (IOException cut) {
                    return;
                }
            }
        });
    }

    private void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException cut) {
            return;
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    @Override
    public void close() throws IOException {
        cut();
    }
}

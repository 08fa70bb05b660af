package io.hikyaku.mesh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A service on loopback that follows a script on each connection, which is closed at its end.
final class ScriptedService implements AutoCloseable {
    /// What is done on a connection.
    interface Script {
        void follow(Talk caller) throws Exception;
    }

    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile Followed followed;

    /// A script, and how connections that followed it ended.
    private record Followed(Script script, BlockingQueue<String> endings) {
        static Followed from(Script script) {
            return new Followed(script, new LinkedBlockingQueue<>());
        }
    }

    private ScriptedService(InetAddress address, int port, Script script) throws IOException {
        followed = Followed.from(script);
        server = new ServerSocket(port, 1024, address);
        Thread.ofVirtual().start(this::accept);
    }

    static ScriptedService following(Script script) throws IOException {
        return at(InetAddress.getLoopbackAddress(), script);
    }

    static ScriptedService at(InetAddress address, Script script) throws IOException {
        return new ScriptedService(address, 0, script);
    }

    /// At a port that was found free before.
    static ScriptedService at(int port, Script script) throws IOException {
        return new ScriptedService(InetAddress.getLoopbackAddress(), port, script);
    }

    /// From the next connection on.
    void follow(Script next) {
        followed = Followed.from(next);
    }

    int port() {
        return server.getLocalPort();
    }

    /// Connections that have not ended.
    int open() {
        return sockets.size();
    }

    /// How the next connection that follows the script of now ended: `done`, or the failure.
    String takeEnding() throws InterruptedException {
        String ending = followed.endings.poll(60, TimeUnit.SECONDS);
        if (ending == null) {
            throw new AssertionError("no connection ended");
        }
        return ending;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> follow(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void follow(Socket socket) {
        Followed own = followed;
        try (Talk talk = new Talk(socket)) {
            own.script.follow(talk);
            own.endings.add("done");
        } catch (Exception ended) {
            own.endings.add(String.valueOf(ended.getMessage()));
        } finally {
            sockets.remove(socket);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}

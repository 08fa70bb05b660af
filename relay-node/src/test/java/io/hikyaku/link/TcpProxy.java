package io.hikyaku.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/// Passes bytes on between a dialler and a port of this machine, in pieces of at most so many bytes, and not at all
/// while it stalls: then nobody is told anything.
final class TcpProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final int pieceBytes;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private volatile long pauseNanos;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    TcpProxy(int target, int pieceBytes) throws IOException {
        this.target = target;
        this.pieceBytes = pieceBytes;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    void stall() {
        gate = new CountDownLatch(1);
    }

    /// From now on it rests after each piece.
    void slowDown(Duration pause) {
        pauseNanos = pause.toNanos();
    }

    void goOn() {
        gate.countDown();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        goOn();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket from = listener.accept();
                Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
                for (Socket socket : new Socket[] {from, to}) {
                    socket.setTcpNoDelay(true);
                    sockets.add(socket);
                }
                Thread.ofVirtual().start(() -> pass(from, to));
                Thread.ofVirtual().start(() -> pass(to, from));
            }
        } catch (IOException e) {
            goOn(); // closed: whoever waits may end
        }
    }

    private void pass(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] piece = new byte[pieceBytes];
            for (int length = in.read(piece); length >= 0; length = in.read(piece)) {
                gate.await();
                out.write(piece, 0, length);
                LockSupport.parkNanos(pauseNanos);
            }
        } catch (IOException | InterruptedException e) {
            Thread.currentThread().interrupt(); // one end is gone, and with it this thread
        }
    }
}

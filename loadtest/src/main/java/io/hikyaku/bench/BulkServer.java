package io.hikyaku.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends or takes a number of bytes over TCP: the far end of bulk transfers. A client sends `D` or `U` and the number
/// of bytes (64 bits); for a download the server sends that many, for an upload it takes them and answers `K`. `S` and
/// `N` are downloads and uploads that stall: the socket that sends keeps little, since a thousand of them share the
/// memory that this machine has for TCP, and after `N` the server reads no more, and so does not see either that the
/// client leaves; `E` ends all those that stall.
final class BulkServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BulkServer.class);
    private static final int CHUNK = 256 * 1024;
    private static final int REQUEST_BYTES = 9;
    private static final int STALLED_BUFFER = 64 * 1024;

    private final ServerSocketChannel server;
    /// Open as soon as the stalled uploads are to end.
    private volatile CountDownLatch stalledUntil = new CountDownLatch(1);

    BulkServer() throws IOException {
        server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().name("bulk-server").start(this::accept);
    }

    String address() {
        return "127.0.0.1:" + server.socket().getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (AsynchronousCloseException closed) {
            LOG.debug("The bulk server ends");
        } catch (IOException e) {
            LOG.warn("The bulk server failed", e);
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            ByteBuffer request = ByteBuffer.allocate(REQUEST_BYTES);
            fill(client, request);
            byte kind = request.get();
            long bytes = request.getLong();
            if (kind == 'S') {
                client.setOption(StandardSocketOptions.SO_SNDBUF, STALLED_BUFFER);
            }
            if (kind == 'D' || kind == 'S') {
                send(client, bytes);
            } else if (kind == 'U') {
                take(client, bytes);
                client.write(ByteBuffer.wrap(new byte[] {'K'}));
            } else if (kind == 'N') {
                stalledUntil.await();
            } else {
                endStalled();
                client.write(ByteBuffer.wrap(new byte[] {'K'}));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("A bulk client left", e);
        }
    }

    private synchronized void endStalled() {
        stalledUntil.countDown();
        stalledUntil = new CountDownLatch(1);
    }

    /// Gets `bytes` from the server at `address` and returns how many seconds that took.
    static double download(String address, long bytes) throws IOException {
        try (SocketChannel server = connect(address)) {
            long start = System.nanoTime();
            request(server, 'D', bytes);
            take(server, bytes);
            return (System.nanoTime() - start) / 1e9;
        }
    }

    /// Gives `bytes` to the server at `address` and returns how many seconds that took.
    static double upload(String address, long bytes) throws IOException {
        try (SocketChannel server = connect(address)) {
            long start = System.nanoTime();
            request(server, 'U', bytes);
            send(server, bytes);
            take(server, 1);
            return (System.nanoTime() - start) / 1e9;
        }
    }

    /// Begins a download without end and reads `bytes` of it.
    static SocketChannel stalledDownload(String address, long bytes) throws IOException {
        SocketChannel server = connect(address);
        request(server, 'S', Long.MAX_VALUE);
        take(server, bytes);
        return server;
    }

    /// Begins an upload without end that the server does not read, on a thread of its own.
    static SocketChannel stalledUpload(String address) throws IOException {
        SocketChannel server = connect(address);
        server.setOption(StandardSocketOptions.SO_SNDBUF, STALLED_BUFFER);
        request(server, 'N', Long.MAX_VALUE);
        Thread.ofVirtual().start(() -> {
            try {
                send(server, Long.MAX_VALUE);
            } catch (IOException closed) {
                LOG.debug("An upload that nobody reads ends", closed);
            }
        });
        return server;
    }

    /// Has the server at `address` close all uploads that it does not read.
    static void endStalledUploads(String address) throws IOException {
        try (SocketChannel server = connect(address)) {
            request(server, 'E', 0);
            take(server, 1);
        }
    }

    private static SocketChannel connect(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        return SocketChannel.open(
                new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
    }

    private static void request(SocketChannel server, char kind, long bytes) throws IOException {
        server.write(ByteBuffer.allocate(REQUEST_BYTES)
                .put((byte) kind)
                .putLong(bytes)
                .flip());
    }

    private static void send(SocketChannel to, long bytes) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        for (long left = bytes; left > 0; left -= chunk.position()) {
            chunk.clear().limit((int) Math.min(left, CHUNK));
            while (chunk.hasRemaining()) {
                to.write(chunk);
            }
        }
    }

    private static void take(SocketChannel from, long bytes) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        for (long left = bytes; left > 0; left -= chunk.position()) {
            chunk.clear().limit((int) Math.min(left, CHUNK));
            if (from.read(chunk) < 0) {
                throw new IOException("The transfer was cut off " + left + " bytes before its end");
            }
        }
    }

    private static void fill(SocketChannel from, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (from.read(buffer) < 0) {
                throw new IOException("No whole request");
            }
        }
        buffer.flip();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}

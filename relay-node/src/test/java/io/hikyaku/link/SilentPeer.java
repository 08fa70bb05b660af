package io.hikyaku.link;

import io.hikyaku.config.value.LinkUrl;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;

/// A TCP connection that never greets, and sends raw bytes of a TLS handshake at most. Any loopback address may be its
/// source.
final class SilentPeer implements AutoCloseable {
    private static final int HANDSHAKE_RECORD = 22;
    private static final int CLIENT_HELLO = 1;
    private static final int HEADER = 4;

    private final Socket socket;

    SilentPeer(String from, LinkUrl to) throws IOException {
        socket = new Socket(
                InetAddress.getByName(to.address().host()), to.address().port(), InetAddress.getByName(from), 0);
        socket.setTcpNoDelay(true);
    }

    /// The beginning of a `ClientHello`, cut into records.
    ///
    /// @param claimed the length that it says it has
    /// @param recordSize bytes of it in each TLS record
    /// @param bytes of all records
    static byte[] hello(int claimed, int recordSize, int bytes) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] message = new byte[recordSize + HEADER];
        message[0] = CLIENT_HELLO;
        message[1] = (byte) (claimed >> 16);
        message[2] = (byte) (claimed >> 8);
        message[3] = (byte) claimed;
        int at = 0;
        while (all.size() < bytes) {
            all.writeBytes(new byte[] {HANDSHAKE_RECORD, 3, 1, (byte) (recordSize >> 8), (byte) recordSize});
            int ofHeader = Math.min(HEADER - at, recordSize);
            all.write(message, at, ofHeader);
            all.write(message, HEADER, recordSize - ofHeader);
            at += ofHeader;
        }
        return Arrays.copyOf(all.toByteArray(), bytes);
    }

    /// Sends what the other side still takes; whether it has ended the connection is told by [#hearsEnd].
    void send(byte... bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes);
        } catch (SocketException ended) {
            // Told when listening.
        }
    }

    /// Whether the other side ends the connection, by whatever means; what it says before does not count.
    boolean hearsEnd() throws IOException {
        return hearsEndWithin(Duration.ofSeconds(RecordedEvents.DEADLINE_SECONDS));
    }

    boolean hearsEndWithin(Duration limit) throws IOException {
        socket.setSoTimeout((int) limit.toMillis());
        try {
            while (socket.getInputStream().read() >= 0) {
                continue;
            }
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

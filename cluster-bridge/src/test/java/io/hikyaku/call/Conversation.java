package io.hikyaku.call;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/// One end of a TCP connection in the hands of a test: says exactly these bytes, hears exactly those.
public final class Conversation implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;

    Conversation(Socket socket) {
        this.socket = socket;
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            in = socket.getInputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Socket socket() {
        return socket;
    }

    public static Conversation with(int port) throws IOException {
        return new Conversation(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /// A connection whose kernel takes few bytes that nobody reads.
    public static Conversation withSmallBuffer(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(8 * 1024);
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new Conversation(socket);
    }

    public Conversation say(String text) throws IOException {
        return say(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Conversation say(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /// Up to and with the empty line.
    public String hearHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended within a head: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    public String hear(int bytes) throws IOException {
        return new String(hearBytes(bytes), StandardCharsets.ISO_8859_1);
    }

    public byte[] hearBytes(int bytes) throws IOException {
        byte[] heard = in.readNBytes(bytes);
        if (heard.length < bytes) {
            throw new IOException("ended after " + heard.length + " of " + bytes);
        }
        return heard;
    }

    /// Everything up to a clean end.
    public String hearAll() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    public InputStream in() {
        return in;
    }

    /// Reads until the other side has reset the connection; a clean end is not one.
    ///
    /// @return what came before
    public String hearReset() throws IOException {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try {
            in.transferTo(heard);
        } catch (SocketException reset) {
            return heard.toString(StandardCharsets.ISO_8859_1);
        }
        throw new AssertionError("a clean end after: " + heard.toString(StandardCharsets.ISO_8859_1));
    }

    /// What the other side says until it is gone, cleanly or not.
    public String hearUntilGone() throws IOException {
        ByteArrayOutputStream heard = new ByteArrayOutputStream();
        try {
            in.transferTo(heard);
        } catch (SocketException reset) {
            socket.close();
        }
        return heard.toString(StandardCharsets.ISO_8859_1);
    }

    /// Waits until the other side is gone, cleanly or not.
    public void hearGone() throws IOException {
        try {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (SocketException reset) {
            socket.close();
        }
    }

    public void sayEnd() throws IOException {
        socket.shutdownOutput();
    }

    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

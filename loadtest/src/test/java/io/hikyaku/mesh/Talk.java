package io.hikyaku.mesh;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// One end of a TCP connection in the hands of a test: says exactly these bytes, hears exactly those.
final class Talk implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    Talk(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        out = socket.getOutputStream();
    }

    static Talk with(int port) throws IOException {
        return new Talk(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /// Takes little before it is heard: what is not read soon stands elsewhere.
    static Talk withSmallBuffer(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(8 * 1024);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new Talk(socket);
    }

    /// Gives up listening after so long, in place of a minute.
    Talk patience(Duration time) throws SocketException {
        socket.setSoTimeout(Math.toIntExact(time.toMillis()));
        return this;
    }

    InputStream in() {
        return in;
    }

    OutputStream out() {
        return out;
    }

    Talk say(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    /// `GET path` with a Host field, and its answer.
    Answer get(String path) throws IOException {
        say("GET " + path + " HTTP/1.1\r\nHost: shop.example\r\n\r\n");
        return hearAnswer();
    }

    /// An answer with a body of stated length.
    Answer hearAnswer() throws IOException {
        Head head = hearHead();
        return new Answer(head, head.bodyBytes() < 0 ? "" : hear((int) head.bodyBytes()));
    }

    /// Up to and with the empty line.
    Head hearHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended within a head: " + head);
            }
            head.append((char) next);
        }
        return new Head(head.toString());
    }

    String hear(int bytes) throws IOException {
        byte[] heard = in.readNBytes(bytes);
        if (heard.length < bytes) {
            throw new IOException("ended after " + heard.length + " of " + bytes);
        }
        return new String(heard, StandardCharsets.ISO_8859_1);
    }

    /// The data of the next chunk of a chunked body; empty for the last one.
    String hearChunk() throws IOException {
        String chunk = hear(Integer.parseInt(hearLine(), 16));
        hearLine();
        return chunk;
    }

    Talk sayChunk(String data) throws IOException {
        return say(Integer.toHexString(data.length()) + "\r\n" + data + "\r\n");
    }

    private String hearLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("ended within a line: " + line);
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }

    /// Says each byte that it hears, up to a clean end.
    void giveBack() throws IOException {
        for (int heard = in.read(); heard >= 0; heard = in.read()) {
            out.write(heard);
        }
    }

    /// Everything up to a clean end.
    String hearAll() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /// Whether the connection ends by a reset, whatever comes before; a clean end is none.
    boolean hearReset() throws IOException {
        try {
            in.transferTo(OutputStream.nullOutputStream());
            return false;
        } catch (SocketException reset) {
            return String.valueOf(reset.getMessage()).contains("reset");
        }
    }

    void sayEnd() throws IOException {
        socket.shutdownOutput();
    }

    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /// A head of HTTP/1.1 as it was sent.
    record Head(String text) {
        String firstLine() {
            return text.lines().findFirst().orElse("");
        }

        int status() {
            return Integer.parseInt(firstLine().split(" ")[1]);
        }

        /// The value of a field, and empty without one.
        String field(String name) {
            return text.lines()
                    .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElse("");
        }

        boolean isChunked() {
            return field("Transfer-Encoding").equalsIgnoreCase("chunked");
        }

        /// What Content-Length says, or −1.
        long bodyBytes() {
            String length = field("Content-Length");
            return length.isEmpty() ? -1 : Long.parseLong(length);
        }
    }

    /// An answer with its whole body.
    record Answer(Head head, String body) {
        int status() {
            return head.status();
        }
    }
}

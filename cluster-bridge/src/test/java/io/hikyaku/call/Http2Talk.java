package io.hikyaku.call;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A caller, or a service, that speaks HTTP/2 frame by frame, also wrong ones. Blocking; for one thread.
public final class Http2Talk implements AutoCloseable {
    public static final int DATA = 0;
    public static final int HEADERS = 1;
    public static final int PRIORITY = 2;
    public static final int RST_STREAM = 3;
    public static final int SETTINGS = 4;
    public static final int PING = 6;
    public static final int GOAWAY = 7;
    public static final int WINDOW_UPDATE = 8;
    public static final int CONTINUATION = 9;

    public static final int END_STREAM = 1;
    public static final int ACK = 1;
    public static final int END_HEADERS = 4;

    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket;
    private final DataInputStream in;
    private final Http2HeadersEncoder encoder =
            new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, true);
    private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1024 * 1024);

    private Http2Talk(int port) throws IOException {
        this(new Socket("127.0.0.1", port));
    }

    private Http2Talk(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new DataInputStream(socket.getInputStream());
    }

    /// A frame as it came.
    public record Frame(int type, int flags, int stream, byte[] payload) {
        public boolean ends() {
            return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
        }

        public String text() {
            return new String(payload, StandardCharsets.ISO_8859_1);
        }

        /// Of RST_STREAM.
        public int error() {
            return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
        }
    }

    /// Connected, with preface and settings sent.
    public static Http2Talk with(int port) throws IOException {
        Http2Talk talk = new Http2Talk(port);
        talk.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return talk.frame(SETTINGS, 0, 0);
    }

    /// A service's side of a connection: the preface was heard, and settings are sent.
    ///
    /// @param settings identifiers and values in turn
    static Http2Talk serving(Socket socket, int... settings) throws IOException {
        Http2Talk talk = new Http2Talk(socket);
        String preface = new String(talk.in.readNBytes(24), StandardCharsets.US_ASCII);
        if (!preface.equals("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")) {
            throw new IOException("not the preface: " + preface);
        }
        ByteBuffer payload = ByteBuffer.allocate(6 * settings.length / 2);
        for (int i = 0; i < settings.length; i += 2) {
            payload.putShort((short) settings[i]).putInt(settings[i + 1]);
        }
        return talk.frame(SETTINGS, 0, 0, payload.array());
    }

    /// Connected, and nothing sent.
    public static Http2Talk silent(int port) throws IOException {
        return new Http2Talk(port);
    }

    public Http2Talk raw(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    public Http2Talk frame(int type, int flags, int stream, byte... payload) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(9 + payload.length);
        bytes.put((byte) (payload.length >>> 16)).putShort((short) payload.length);
        bytes.put((byte) type).put((byte) flags).putInt(stream).put(payload);
        return raw(bytes.array());
    }

    /// A whole header block in one frame.
    ///
    /// @param namesAndValues in turn, pseudo-header fields as they are
    public Http2Talk headers(int stream, boolean end, String... namesAndValues) throws IOException {
        return frame(HEADERS, END_HEADERS | (end ? END_STREAM : 0), stream, block(stream, namesAndValues));
    }

    /// The header block of these fields.
    public byte[] block(int stream, String... namesAndValues) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        ByteBuf block = Unpooled.buffer();
        try {
            encoder.encodeHeaders(stream, headers, block);
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        byte[] bytes = new byte[block.readableBytes()];
        block.readBytes(bytes);
        return bytes;
    }

    /// A request of method and path for `orders:80`.
    public Http2Talk request(int stream, boolean end, String method, String path, String... more) throws IOException {
        String[] pseudo = {":method", method, ":scheme", "http", ":authority", "orders:80", ":path", path};
        return headers(stream, end, joined(pseudo, more));
    }

    /// Asks for a WebSocket (RFC 8441).
    public Http2Talk webSocket(int stream, String path, String authority, String... more) throws IOException {
        return connect(stream, "websocket", path, authority, more);
    }

    /// Asks for another protocol on a stream, which stays open.
    public Http2Talk connect(int stream, String protocol, String path, String authority, String... more)
            throws IOException {
        String[] pseudo = {
            ":method", "CONNECT", ":protocol", protocol, ":scheme", "http", ":path", path, ":authority", authority
        };
        return headers(stream, false, joined(pseudo, more));
    }

    private static String[] joined(String[] first, String... more) {
        return Stream.of(first, more).flatMap(Stream::of).toArray(String[]::new);
    }

    public Http2Talk data(int stream, boolean end, String text) throws IOException {
        return frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Http2Talk reset(int stream, int error) throws IOException {
        return frame(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(error).array());
    }

    public Http2Talk goAway(int lastStream, int error) throws IOException {
        return frame(
                GOAWAY,
                0,
                0,
                ByteBuffer.allocate(8).putInt(lastStream).putInt(error).array());
    }

    public Http2Talk window(int stream, int increment) throws IOException {
        return frame(
                WINDOW_UPDATE,
                0,
                stream,
                ByteBuffer.allocate(4).putInt(increment).array());
    }

    /// The next frame; settings are acknowledged on the way.
    public Frame hear() throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = in.readNBytes(length);
        if (type == SETTINGS && (flags & ACK) == 0) {
            frame(SETTINGS, ACK, 0);
        }
        return new Frame(type, flags, stream, payload);
    }

    /// The next frame of a type, whatever comes before it.
    public Frame hear(int type) throws IOException {
        Frame frame = hear();
        while (frame.type() != type) {
            frame = hear();
        }
        return frame;
    }

    /// The next frame of a stream that is not a WINDOW_UPDATE.
    public Frame hearOf(int stream) throws IOException {
        Frame frame = hear();
        while (frame.stream() != stream || frame.type() == WINDOW_UPDATE) {
            frame = hear();
        }
        return frame;
    }

    /// The fields of a HEADERS frame, one `name: value` in a line.
    public String fields(Frame frame) {
        if (frame.type() != HEADERS) {
            throw new AssertionError("HEADERS expected, not " + frame.type() + " " + frame.text());
        }
        StringBuilder text = new StringBuilder();
        try {
            Http2Headers headers = decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
            for (Map.Entry<CharSequence, CharSequence> field : headers) {
                text.append(field.getKey())
                        .append(": ")
                        .append(field.getValue())
                        .append('\n');
            }
        } catch (Http2Exception e) {
            throw new AssertionError(e);
        }
        return text.toString();
    }

    /// All bytes of a stream's DATA frames to its end.
    public String hearBody(int stream) throws IOException {
        StringBuilder body = new StringBuilder();
        Frame frame = hearOf(stream);
        while (frame.type() == DATA) {
            body.append(frame.text());
            if (frame.payload().length > 0) {
                window(0, frame.payload().length);
                if (!frame.ends()) {
                    window(stream, frame.payload().length);
                }
            }
            if (frame.ends()) {
                return body.toString();
            }
            frame = hearOf(stream);
        }
        throw new AssertionError("the body ended with a frame of type " + frame.type());
    }

    /// The next GOAWAY; null if the connection ends without one, or it was lost to a reset.
    public @Nullable Frame hearGoAway() throws IOException {
        try {
            return hear(GOAWAY);
        } catch (java.io.EOFException | java.net.SocketException e) {
            return null;
        }
    }

    /// Whether the connection ends, whatever comes before.
    public boolean hearsEnd() throws IOException {
        try {
            while (true) {
                hear();
            }
        } catch (java.io.EOFException | java.net.SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

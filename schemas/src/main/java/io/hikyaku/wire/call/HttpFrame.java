package io.hikyaku.wire.call;

import io.hikyaku.wire.Packet;
import io.netty.buffer.ByteBuf;

/// What an HTTP call writes on its stream (PROTOCOL.md §7.2): in the direction of the request one RequestHead, in that
/// of the response any number of interim heads and one ResponseHead; then body pieces, then at most one Trailers; then
/// the stream's end. A stream that ends anywhere else was cut off.
public sealed interface HttpFrame {
    /// Which HTTP version a head came in, for `Via` only; the frames do not differ.
    enum Version {
        HTTP_1_0(10),
        HTTP_1_1(11),
        HTTP_2(20);

        private final int number;

        Version(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    /// @param method as sent, at most 64 bytes
    /// @param scheme `http` or `https`
    /// @param authority Host or `:authority`, at most 1 KiB, empty if there was none
    /// @param path path and query as sent, never decoded, at most 64 KiB
    record RequestHead(Version version, String method, String scheme, String authority, String path, Fields fields)
            implements HttpFrame {
        /// The same with other fields.
        public RequestHead withFields(Fields others) {
            return new RequestHead(version, method, scheme, authority, path, others);
        }
    }

    /// A response's head, an interim one (1xx) included.
    ///
    /// @param status 100 to 999; below 200 it is interim and more heads follow
    /// @param reason the reason phrase of HTTP/1, possibly empty, at most 1 KiB
    record ResponseHead(Version version, int status, String reason, Fields fields) implements HttpFrame {}

    /// A piece of the body; sizes carry no meaning.
    ///
    /// @param bytes at most 64 KiB; a slice when decoded
    record Body(ByteBuf bytes) implements HttpFrame {}

    /// The trailer section; nothing but the stream's end follows.
    record Trailers(Fields fields) implements HttpFrame {}

    /// Largest content of a head or trailer frame, in bytes. Bridges set lower limits of their own.
    int MAX_HEAD_BYTES = Fields.MAX_BYTES + 64 * 1024 + 8192;
    /// Largest content of a body frame, in bytes.
    int MAX_BODY_BYTES = Packet.MAX_BODY;

    int MAX_METHOD_BYTES = 64;
    int MAX_SCHEME_BYTES = 16;
    int MAX_AUTHORITY_BYTES = 1024;
    int MAX_PATH_BYTES = 64 * 1024;
    int MAX_REASON_BYTES = 1024;
}

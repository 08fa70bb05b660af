package io.hikyaku.call.http2.client;

import io.hikyaku.call.Violation;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.call.http2.Http2Fields;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The request on one stream to a target, and the credit for its bytes: given back for what has been written to the
/// socket.
final class TargetHttp2Request {
    private final TargetHttp2Connection connection;
    private @Nullable Stream source;
    private @Nullable Http2Stream http2;
    private boolean webSocket;
    private boolean ended;
    private long left;
    private int owed;
    private int unwritten;

    TargetHttp2Request(TargetHttp2Connection connection) {
        this.connection = connection;
    }

    /// Null: the connection did not take the request's head, or it was not written yet.
    @Nullable
    Http2Stream http2() {
        return http2;
    }

    /// @throws Malformed if the head holds what may not be sent
    /// @throws BadMessage if the target takes none as large
    void writeHead(TargetHttp2Stream stream, RequestHead head, Stream from) {
        source = from;
        webSocket = WebSocket.isAsked(head);
        left = webSocket ? -1 : TargetHeads.bodyLength(head.fields());
        ended = left == 0;
        Http2Headers headers = TargetHeads.request(head, connection.scheme(), connection.authority(head.authority()));
        requireTaken(headers);
        http2 = connection.writeRequest(stream, headers, ended);
    }

    /// Takes ownership.
    ///
    /// @param closed whether the stream is gone, so that it is dropped
    /// @throws Malformed if the head does not allow it
    void writeBody(ByteBuf data, boolean closed) {
        int length = data.readableBytes();
        Http2Stream to = http2;
        if (left >= 0 && length > left) {
            data.release();
            throw new Malformed(Reason.INVALID_VALUE, "more body than its head promised");
        }
        left -= left < 0 ? 0 : length;
        if (to == null || closed) {
            data.release();
            return;
        }
        unwritten += length;
        connection.writeData(to.id(), data, false).addListener(written -> {
            unwritten -= length;
            settle();
        });
    }

    /// @param closed whether the stream is gone, so that there is nothing to end
    /// @throws Malformed if the head promised more
    /// @throws BadMessage if the target takes no trailers as large
    void writeEnd(@Nullable Fields trailers, boolean closed) {
        Http2Stream to = http2;
        if (left > 0) {
            throw new Malformed(Reason.TRUNCATED, "body");
        }
        if (ended || to == null || closed) {
            return;
        }
        ended = true;
        List<AsciiString> fields = new ArrayList<>();
        if (trailers != null && !webSocket) {
            Http2Fields.writeTrailers(trailers, fields);
        }
        if (fields.isEmpty()) {
            connection.writeData(to.id(), Unpooled.EMPTY_BUFFER, true);
        } else {
            Http2Headers last = ReadOnlyHttp2Headers.trailers(false, fields.toArray(AsciiString[]::new));
            requireTaken(last);
            connection.writeHeaders(to.id(), last, true);
        }
    }

    /// A target may end the whole connection over a head that is too large for it, and with it the calls of others.
    private void requireTaken(Http2Headers headers) {
        if (!connection.takes(headers)) {
            throw new BadMessage(Violation.HEAD_SIZE, "a head larger than the target takes");
        }
    }

    void creditOnFlush(int bytes) {
        owed += bytes;
        settle();
    }

    /// Nobody waits for it any more: gives back all credit that is owed.
    void leave() {
        Stream from = source;
        source = null;
        if (from != null && owed > 0) {
            from.consumed(owed);
        }
        owed = 0;
    }

    private void settle() {
        int done = owed - unwritten;
        Stream from = source;
        if (from != null && done > 0) {
            owed -= done;
            from.consumed(done);
        }
    }
}

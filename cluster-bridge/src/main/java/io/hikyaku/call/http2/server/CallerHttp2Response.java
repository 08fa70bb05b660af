package io.hikyaku.call.http2.server;

import io.hikyaku.call.Problem;
import io.hikyaku.call.Violation;
import io.hikyaku.call.http.GrpcResponse;
import io.hikyaku.call.http.ProblemResponse;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.WellFormed;
import io.hikyaku.call.http2.Http2Fields;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The response on one stream of a caller, and the credit for its bytes. Heads and the last piece of a body wait for
/// the end of the event-loop turn, so that an end that comes with them travels in their frame.
final class CallerHttp2Response {
    private static final AsciiString OK = AsciiString.cached("200");

    private final CallerHttp2Connection connection;
    private final int id;
    private final boolean toHead;
    private final boolean grpc;
    private final Runnable onTaken;
    private final Runnable onEnd;
    private @Nullable Stream source;
    private @Nullable Http2Headers head;
    private @Nullable ByteBuf data;
    private long left;
    private int owed;
    private boolean headWritten;
    private boolean headHeld;
    private boolean ended;
    private boolean endWritten;

    /// @param toHead whether it may have no body
    /// @param onTaken a part of its body is written to the socket
    /// @param onEnd its last frame is
    CallerHttp2Response(
            CallerHttp2Connection connection, int id, boolean toHead, boolean grpc, Runnable onTaken, Runnable onEnd) {
        this.onTaken = onTaken;
        this.connection = connection;
        this.id = id;
        this.toHead = toHead;
        this.grpc = grpc;
        this.onEnd = onEnd;
    }

    /// Whether the call is a gRPC call.
    boolean isGrpc() {
        return grpc;
    }

    /// Whether its last frame has been written to the socket.
    boolean isEndWritten() {
        return endWritten;
    }

    /// Whether gRPC's trailers can still say how the call has ended.
    boolean takesTrailers() {
        return grpc && !ended && headWritten;
    }

    // ---- credit

    void from(Stream stream) {
        settle();
        source = stream;
    }

    void creditOnFlush(int bytes) {
        owed += bytes;
    }

    /// Gives credit for what was taken and does not go to the socket: the frames around bodies.
    void settle() {
        Stream from = source;
        ByteBuf waiting = data;
        int done = owed - (waiting == null ? 0 : waiting.readableBytes());
        if (from != null && done > 0) {
            owed -= done;
            from.consumed(done);
        }
    }

    // ---- its parts

    /// An interim response that is too large for the caller is left out.
    ///
    /// @return whether something was written
    /// @throws Malformed if it holds what may not be sent
    boolean writeInterim(ResponseHead interim) {
        if (interim.status() == 101) {
            throw new Malformed(Reason.INVALID_VALUE, "switch of protocols that nobody asked for");
        }
        Http2Headers headers = headers(interim);
        boolean taken = connection.takes(headers);
        if (taken) {
            connection.writeHeaders(id, headers, false);
        }
        return taken;
    }

    /// @throws Malformed if it holds what may not be sent
    /// @throws BadMessage if the caller accepts none as large
    void writeHead(ResponseHead response) {
        boolean bodiless = toHead || response.status() == 204 || response.status() == 304;
        Http2Headers headers = headers(response);
        requireTaken(headers);
        left = bodiless ? 0 : contentLength(response.fields());
        head = headers;
        headHeld = grpc && response.fields().get(GrpcResponse.STATUS) != null;
    }

    /// What follows the head has no length and no form.
    void switchToBytes() {
        left = -1;
    }

    /// Takes ownership.
    ///
    /// @throws Malformed if the head does not allow it
    void writeBody(ByteBuf piece) {
        int length = piece.readableBytes();
        if (left >= 0 && length > left) {
            piece.release();
            throw new Malformed(Reason.INVALID_VALUE, "more body than the head allows");
        }
        left -= left < 0 ? 0 : length;
        writePending(false);
        data = piece;
    }

    /// @throws Malformed if the head promised more
    /// @throws BadMessage if the caller accepts no trailers as large
    void writeEnd(@Nullable Fields trailers) {
        if (left > 0) {
            throw new Malformed(Reason.TRUNCATED, "body");
        }
        if (trailers == null) {
            ended = true;
            writePending(true);
        } else {
            List<AsciiString> fields = new ArrayList<>(2 * trailers.size());
            Http2Fields.writeTrailers(trailers, fields);
            writeTrailers(fields);
        }
    }

    /// Writes a whole response of the bridge's own.
    ///
    /// @throws BadMessage if the caller accepts no head as large
    void writeProblem(Problem problem, CharSequence requestId) {
        String cluster = connection.port().context().cluster();
        if (grpc) {
            List<AsciiString> fields = new ArrayList<>(GrpcResponse.onlyTrailers(cluster, problem));
            Http2Headers headers = withStatus(200, fields);
            requireTaken(headers);
            ended = true;
            tellEnd(connection.writeHeaders(id, headers, true));
            return;
        }
        ProblemResponse response = ProblemResponse.of(cluster, connection.port().service(), problem, requestId);
        Http2Headers headers = headers(response.head());
        requireTaken(headers);
        ended = true;
        ChannelFuture written = connection.writeHeaders(id, headers, toHead);
        tellEnd(toHead ? written : connection.writeData(id, Unpooled.wrappedBuffer(response.body()), true));
    }

    /// Ends what was begun with gRPC's trailers.
    ///
    /// @throws BadMessage if the caller accepts none as large
    void writeTrailers(Problem problem) {
        writeTrailers(GrpcResponse.trailers(problem));
    }

    /// The end of this event-loop turn: what waits goes out, but for a gRPC status that waits for what follows it.
    void flush() {
        if (!headHeld) {
            writePending(false);
        }
        settle();
    }

    /// Gives up what waits.
    void drop() {
        head = null;
        dropBody();
    }

    void dropBody() {
        ByteBuf waiting = data;
        data = null;
        if (waiting != null) {
            waiting.release();
        }
    }

    private void writePending(boolean end) {
        Http2Headers waitingHead = head;
        ByteBuf waitingData = data;
        head = null;
        data = null;
        if (waitingHead != null) {
            boolean endsWithHead = end && waitingData == null;
            headWritten = true;
            headHeld = false;
            connection.resets().onResponse();
            ChannelFuture written = connection.writeHeaders(id, waitingHead, endsWithHead);
            if (endsWithHead) {
                tellEnd(written);
                return;
            }
        }
        if (waitingData != null || end) {
            writeData(waitingData == null ? Unpooled.EMPTY_BUFFER : waitingData, end);
        }
    }

    private void writeData(ByteBuf piece, boolean end) {
        int length = piece.readableBytes();
        Stream from = source;
        owed -= length;
        ChannelFuture written = connection.writeData(id, piece, end);
        if (from != null && length > 0) {
            written.addListener(done -> {
                onTaken.run();
                from.consumed(length);
            });
        }
        if (end) {
            tellEnd(written);
        }
    }

    private void writeTrailers(List<AsciiString> fields) {
        Http2Headers trailers = ReadOnlyHttp2Headers.trailers(false, fields.toArray(AsciiString[]::new));
        requireTaken(trailers);
        ended = true;
        writePending(false);
        tellEnd(connection.writeHeaders(id, trailers, true));
    }

    private void requireTaken(Http2Headers headers) {
        if (!connection.takes(headers)) {
            throw new BadMessage(Violation.ANSWER_HEAD_SIZE, "the caller takes no head as large as the response's");
        }
    }

    private void tellEnd(ChannelFuture written) {
        written.addListener(done -> {
            endWritten = true;
            onEnd.run();
        });
    }

    private static Http2Headers headers(ResponseHead head) {
        List<AsciiString> fields = new ArrayList<>(2 * head.fields().size());
        Http2Fields.write(head.fields(), fields);
        return withStatus(head.status(), fields);
    }

    private static Http2Headers withStatus(int status, List<AsciiString> fields) {
        AsciiString text = status == 200 ? OK : AsciiString.of(Integer.toString(status));
        return ReadOnlyHttp2Headers.serverHeaders(false, text, fields.toArray(AsciiString[]::new));
    }

    private static long contentLength(Fields fields) {
        CharSequence length = fields.get("content-length");
        return length == null ? -1 : WellFormed.length(length);
    }
}

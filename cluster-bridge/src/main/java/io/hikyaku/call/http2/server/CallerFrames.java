package io.hikyaku.call.http2.server;

import io.hikyaku.call.Problem;
import io.hikyaku.call.Violation;
import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.http.Request;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http2.Http2Fields;
import io.hikyaku.call.http2.Http2Frames;
import io.hikyaku.call.http2.Http2Multiplex;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.wire.call.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;

/// Takes what a caller's connection sends: requests to new streams, the rest to the streams that it is for, all within
/// bounds.
final class CallerFrames extends Http2Frames<CallerHttp2Connection> {
    private final HttpPort port;

    CallerFrames(CallerHttp2Connection connection) {
        super(connection);
        this.port = connection.port();
    }

    @Override
    public void onHeadersRead(ChannelHandlerContext from, int id, Http2Headers headers, int padding, boolean end)
            throws Http2Exception {
        Http2Stream http2 = connection.connection().stream(id);
        if (http2 == null) {
            return;
        }
        connection.budget().onUseful();
        CallerHttp2Stream known = connection.streamOf(http2);
        try {
            if (known == null) {
                connection.requirePlace(id);
                onRequest(http2, headers, end);
            } else if (end) {
                Fields trailers = Http2Fields.readTrailers(headers);
                known.onRequestEnd(trailers.size() == 0 ? null : trailers);
            } else {
                throw new BadMessage(Violation.FRAMING, "trailers without the end");
            }
        } catch (BadMessage rejected) {
            onRejected(http2, headers, rejected, end);
        }
    }

    @Override
    public int onDataRead(ChannelHandlerContext from, int id, ByteBuf data, int padding, boolean end)
            throws Http2Exception {
        CallerHttp2Stream stream = connection.find(id);
        if (stream == null) {
            return data.readableBytes() + padding;
        }
        if (data.isReadable()) {
            connection.budget().onUseful();
        }
        stream.onData(data.retain(), end);
        return padding;
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext from, int id, long code) throws Http2Exception {
        if (!connection.resets().spend(connection.now())) {
            throw ResetBudget.tooMany();
        }
    }

    private void onRequest(Http2Stream http2, Http2Headers headers, boolean end) {
        CallLimits limits = port.context().limits();
        Request request = RequestHeads.read(
                headers,
                !end,
                connection.provenance(),
                limits.maxRequestLineSize().toInt());
        CallerHttp2Stream stream = new CallerHttp2Stream(connection, http2, headers, end);
        connection.serve(http2, stream);
        if (end || stream.openWindow()) {
            stream.start(request);
        } else {
            stream.refuse(Problem.OVERLOADED, port.calls().refused(Problem.OVERLOADED));
        }
        connection.flushSoon(stream);
        if (http2.id() >= Http2Multiplex.LAST_STREAM_ID) {
            connection.drain();
        }
    }

    private void onRejected(Http2Stream http2, Http2Headers headers, BadMessage rejected, boolean end)
            throws Http2Exception {
        port.refusals().count(rejected.violation(), String.valueOf(rejected.getMessage()), connection.remoteAddress());
        CallerHttp2Stream known = connection.streamOf(http2);
        CharSequence requestId = known == null ? port.calls().refused(rejected.problem()) : "";
        if (known != null || rejected.problem() == Problem.BAD_REQUEST) {
            connection.onCounted();
            throw Http2Exception.streamError(http2.id(), Http2Error.PROTOCOL_ERROR, "%s", rejected.getMessage());
        }
        CallerHttp2Stream refused = new CallerHttp2Stream(connection, http2, headers, end);
        connection.serve(http2, refused);
        refused.refuse(rejected.problem(), requestId);
    }
}

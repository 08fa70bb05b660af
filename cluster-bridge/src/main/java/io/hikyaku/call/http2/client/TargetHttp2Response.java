package io.hikyaku.call.http2.client;

import io.hikyaku.call.exchange.TargetExchange;
import io.hikyaku.call.http.ConnectionAuth;
import io.hikyaku.call.http.InterimBudget;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.call.http.field.WebSocket;
import io.hikyaku.call.http2.Http2Fields;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/// The response on one stream of a target: validated as it comes, and passed on to the exchange.
final class TargetHttp2Response {
    private final TargetHttp2Stream stream;
    private final InterimBudget interim = new InterimBudget();
    private boolean toHead;
    private boolean webSocket;
    private boolean webSocketOpen;
    private boolean inBody;
    private boolean ended;
    private long left;

    TargetHttp2Response(TargetHttp2Stream stream) {
        this.stream = stream;
    }

    /// The request that it responds to.
    void begin(RequestHead request) {
        toHead = request.method().equals("HEAD");
        webSocket = WebSocket.isAsked(request);
    }

    /// Whether all of it has come.
    boolean isEnded() {
        return ended;
    }

    /// @throws BadMessage if it is not valid
    void onHeaders(TargetExchange exchange, Http2Headers headers, boolean end) {
        if (webSocketOpen) {
            throw BadMessage.badRequest("a head on an open WebSocket");
        }
        if (inBody) {
            onEnd(exchange, Http2Fields.readTrailers(headers));
            return;
        }
        TargetHeads.Response response = TargetHeads.response(headers);
        int status = response.head().status();
        if (status < 200) {
            interim.spend(Http2Fields.size(headers));
            if (end) {
                throw BadMessage.badRequest("an interim response that ends");
            }
            exchange.onTargetHead(response.head());
            return;
        }
        if (webSocket && status < 300) {
            onOpened(exchange, response, end);
            return;
        }
        if (ConnectionAuth.isAskedBy(response.head())) {
            stream.onAuthenticated();
        }
        boolean bodiless = toHead || status == 204 || status == 304;
        left = bodiless ? 0 : response.contentLength();
        inBody = true;
        if (end && left > 0) {
            throw BadMessage.badRequest("no body where Content-Length promises one");
        }
        exchange.onTargetHead(response.head());
        if (end) {
            onEnd(exchange, null);
        }
    }

    /// What was asked for as a CONNECT is open with any 2xx (RFC 8441 §5), which cannot have a length (RFC 9110
    /// §9.3.6): DATA are bytes in both directions from here on.
    private void onOpened(TargetExchange exchange, TargetHeads.Response response, boolean end) {
        if (response.contentLength() >= 0) {
            throw BadMessage.badRequest("Content-Length of a WebSocket");
        }
        webSocketOpen = true;
        inBody = true;
        left = -1;
        exchange.onSwitched(
                new ResponseHead(Version.HTTP_2, 101, "", response.head().fields()), stream);
        if (end) {
            onEnd(exchange, null);
        }
    }

    /// Takes ownership.
    ///
    /// @throws BadMessage if it is not valid
    void onBody(TargetExchange exchange, ByteBuf data, boolean end) {
        int length = data.readableBytes();
        boolean fits = inBody && (left < 0 || length <= left);
        if (!fits) {
            data.release();
            throw BadMessage.badRequest("body where none may be");
        }
        left -= left < 0 ? 0 : length;
        if (length == 0) {
            data.release();
        } else {
            exchange.onTargetBody(data);
        }
        if (end) {
            onEnd(exchange, null);
        }
    }

    private void onEnd(TargetExchange exchange, @Nullable Fields trailers) {
        if (left > 0) {
            throw BadMessage.badRequest("less body than Content-Length promises");
        }
        if (stream.serves(exchange)) {
            ended = true;
            exchange.onTargetEnd(trailers == null || trailers.size() == 0 ? null : trailers);
        }
        if (stream.serves(exchange) && webSocket && !webSocketOpen) { // nothing can follow a refusal
            stream.writeEnd(null);
            exchange.onRequestUnwanted();
        }
    }
}

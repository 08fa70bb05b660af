package io.hikyaku.call.exchange;

import io.hikyaku.call.Problem;
import io.hikyaku.stream.Stream;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// The caller's end of one exchange, in whatever version of HTTP the caller speaks: where the response is written.
/// Everything happens on the caller's event loop. After one of the three ends ([#onExchangeEnd], [#onExchangeFailed],
/// [#onExchangeCutOff]) nothing more is called.
public interface CallerSide {
    EventLoop loop();

    /// Null: not known any more.
    @Nullable
    SocketAddress remoteAddress();

    ByteBufAllocator allocator();

    /// Whose bytes are written from now on: credit is due to it.
    void from(Stream stream);

    /// `bytes` of the stream's were taken; credit is due once what they held has been written to the socket.
    void creditOnFlush(int bytes);

    /// Writes a head with a status below 200, unless the caller's version of HTTP knows none.
    ///
    /// @return whether something was written
    /// @throws Malformed if it holds what may not be sent
    boolean writeInterim(ResponseHead head);

    /// Writes the head of the response.
    ///
    /// @throws Malformed if it holds what may not be sent; then nothing was written
    /// @throws BadMessage if the caller accepts none as large; then nothing was written
    void writeHead(ResponseHead head);

    /// Says that a WebSocket is open, to a caller that has asked for one.
    ///
    /// @param exchange gets the bytes that the caller sends from now on
    /// @return where bytes are written from now on
    /// @throws Malformed if the head holds what may not be sent; then nothing was written
    CallerSide switchProtocols(ResponseHead head, CallerExchange exchange);

    /// Takes ownership.
    ///
    /// @throws Malformed if the head does not allow it
    void writeBody(ByteBuf data);

    /// The response is complete.
    ///
    /// @throws Malformed if the head promised more
    /// @throws BadMessage if the caller takes no trailers as large
    void writeEnd(@Nullable Fields trailers);

    /// The call ends early, and the news of it is on its way to the service.
    ///
    /// @return to be run when the service's side has heard of it
    default Runnable onCancelled() {
        return () -> {};
    }

    /// Part of the response has moved on.
    void onProgress();

    /// Whether more of the request's body is wanted now: to be sent on, or to be dropped. Called when it changes,
    /// and perhaps again; at first none is wanted.
    void setReading(boolean wanted);

    /// The target wants no more of the request, which is read all the same ([#setReading]); the response still
    /// comes.
    default void onRequestUnwanted() {}

    /// The response is complete, and nothing more of the request is wanted.
    ///
    /// @param clean false: what is left of the request, if anything, is not to be read
    void onExchangeEnd(boolean clean);

    /// The call failed before the head of a response was written; interim ones may have been.
    ///
    /// @param requestId for the response
    void onExchangeFailed(Problem problem, CharSequence requestId);

    /// The call failed after the response had begun: the caller must not take it for complete.
    void onExchangeCutOff(Problem problem);
}

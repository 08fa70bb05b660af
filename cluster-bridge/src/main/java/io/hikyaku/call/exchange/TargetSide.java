package io.hikyaku.call.exchange;

import io.hikyaku.stream.Stream;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One exchange's place at a target, in whatever version of HTTP the target speaks: where the request is written.
/// Everything happens on the event loop of the export.
public interface TargetSide {
    /// Takes the exchange and writes the head of its request.
    ///
    /// @param from credit is due to it for what is written
    /// @throws Malformed if the head holds what may not be sent
    /// @throws BadMessage if the target takes none as large; then nothing was written
    void begin(TargetExchange exchange, RequestHead head, Stream from);

    /// Takes ownership.
    ///
    /// @throws Malformed if the head does not allow it
    void writeBody(ByteBuf data);

    /// The request is complete.
    ///
    /// @throws Malformed if the head promised more
    /// @throws BadMessage if the target takes no trailers as large
    void writeEnd(@Nullable Fields trailers);

    /// `bytes` of the stream's were taken; credit is due once what they held has been written to the socket.
    void creditOnFlush(int bytes);

    /// Limits the time until something happens.
    void limit(Duration time);

    /// Whether more of the response is wanted now.
    void setReading(boolean wanted);

    /// The exchange is complete on both sides.
    void release();

    /// The exchange is over before it was complete: what is in progress is cancelled at the target.
    void abort();
}

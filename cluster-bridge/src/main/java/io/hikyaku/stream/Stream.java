package io.hikyaku.stream;

import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;

/// One flow-controlled two-way byte stream, as the call layer sees it. Every method belongs to the event loop of the
/// stream's channel.
///
/// Its life: each direction ends by `end` (clean, after every byte) or both at once by a reset; after both ends, or a
/// reset, the stream is gone and every call on it does nothing (buffers are still released).
public interface Stream {
    /// Sends bytes and takes ownership. Never refuses: what credit does not allow yet is queued, so the caller
    /// stops when [#isWritable()] says no. Bytes written in one event-loop turn leave together at its end.
    void write(ByteBuf data);

    /// Whether less than the stream's send buffer is queued. When it turns false, one [StreamHandler#onWritable]
    /// follows.
    boolean isWritable();

    /// No more bytes will be written: a clean end of this direction after everything queued.
    void end();

    /// Ends both directions now; queued bytes are dropped. The handler is not told. On a stream that ended cleanly
    /// it only settles what [#consumed] would still owe.
    ///
    /// @param detail for the other side's error text, at most 256 bytes, no secrets
    void reset(ResetCode code, String detail);

    /// Like the other, for callers that want to know when the call has also ended on the other side.
    ///
    /// @param heard run once, perhaps within this call: the other side's handler has heard of the reset, or never
    ///     will, since it is gone or never existed
    void reset(ResetCode code, String detail, Runnable heard);

    /// Wants no more bytes from the other side; what still comes is dropped. This side's direction goes on.
    void stopSending();

    /// Gives credit for bytes that [StreamHandler#onData] delivered and that have now left this process or been
    /// dropped. Without it the other side stops after a window, and the memory set aside for it is not available to
    /// others: so it is owed for every byte, even after [StreamHandler#onEnd]. After a reset, by either side,
    /// nothing is owed any more.
    void consumed(int bytes);

    /// For readers that have to collect bytes before they can consume any: lets the other side send that many,
    /// counted from what was consumed, even if memory has become scarce.
    ///
    /// @return false: there is not enough memory, and the reader would wait for ever
    boolean requireWindow(int bytes);
}

package io.hikyaku.stream;

import io.netty.buffer.ByteBuf;

/// Takes the streams that the other side opens.
@FunctionalInterface
public interface StreamAcceptor {
    /// A stream was opened. The handler returned gets its events; to refuse, reset the stream with a code that is
    /// `beforeAnyEffect` and return any handler.
    ///
    /// @param metadata what the opener's call layer said; valid during the call
    StreamHandler onOpen(Stream stream, ByteBuf metadata);
}

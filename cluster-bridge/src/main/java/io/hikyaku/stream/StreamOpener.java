package io.hikyaku.stream;

import io.netty.buffer.ByteBuf;

/// Opens streams to one instance on one event loop: over an established channel, or within this process.
public interface StreamOpener {
    /// Opens a stream. Never fails: when it cannot be opened (too many streams, channel lost) the handler gets an
    /// `onReset` with a code that is `beforeAnyEffect`, after this method has returned.
    ///
    /// @param metadata at most 4 KiB; takes ownership
    Stream open(ByteBuf metadata, StreamHandler handler);
}

package io.hikyaku.call.export;

import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.OpenMetadata;

/// An exported port on one event loop: takes streams and replays their calls to the port's targets.
public interface ExportHandler {
    CallProtocol protocol();

    /// A call came; refuses by resetting the stream.
    ///
    /// @param call what the caller's bridge said of it
    /// @param caller the cluster it comes from, as the channel proved it
    StreamHandler accept(Stream stream, OpenMetadata call, String caller);

    /// Ends idle connections; running calls go on.
    void close();
}

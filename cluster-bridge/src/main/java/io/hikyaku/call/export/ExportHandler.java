package io.hikyaku.call.export;

import io.hikyaku.service.ExportPort;
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

    /// Makes what the port needs to have other targets, on any thread; nothing changes yet. Calls and connections
    /// to targets that stay are not touched. One that is gone gets nothing more: calls that run there end there,
    /// and those that wait for it go to another.
    ///
    /// @param changed differs from the port of now in its targets at most
    /// @return puts them in place; to be run on the event loop in the order of the changes, or dropped
    /// @throws io.hikyaku.config.yaml.ConfigException if a file that the port names cannot be used
    Runnable retarget(ExportPort changed);

    /// Ends idle connections; running calls go on.
    void close();
}

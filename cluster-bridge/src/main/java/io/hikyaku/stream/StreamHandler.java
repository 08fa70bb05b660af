package io.hikyaku.stream;

import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import java.time.Duration;

/// The call layer's side of a [Stream]. Called on the stream's event loop. After [#onReset], or after both [#onEnd] and
/// this side's [Stream#end], nothing more is called.
public interface StreamHandler {
    /// The next bytes; takes ownership. They count against the window until [Stream#consumed].
    void onData(ByteBuf data);

    /// The other side ended cleanly: every byte it wrote has been delivered.
    void onEnd();

    /// The stream is gone, uncleanly, in both directions.
    ///
    /// @param byPeer whether the other bridge said so; otherwise this one did (channel lost, protocol violated)
    void onReset(ResetCode code, String detail, boolean byPeer);

    /// The send buffer has room again after having been full.
    void onWritable();

    /// What was delivered waits for its reader, which has taken nothing for a while. Called again about once a
    /// minute as long as this lasts.
    ///
    /// @param since how long it has lasted
    /// @param bytes that were delivered and not consumed
    default void onStalled(Duration since, long bytes) {}

    /// The other side wants no more bytes of ours; what is written from now on is dropped.
    void onStopSending();
}

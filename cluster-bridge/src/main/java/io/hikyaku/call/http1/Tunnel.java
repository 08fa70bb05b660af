package io.hikyaku.call.http1;

import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.Splice;
import io.hikyaku.wire.call.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A connection in HTTP/1.1, on either side of a call, after a WebSocket was opened on it: carries bytes in both
/// directions, and each side's end. Belongs to its event loop.
public abstract class Tunnel implements Splice.Owner {
    private final Splice splice;

    /// @param out of the same channel
    protected Tunnel(Channel channel, SocketOutput out, Duration idleTimeout) {
        this.splice = new Splice(channel, out, this, idleTimeout);
    }

    /// Reads from the connection from now on.
    public Splice splice() {
        return splice;
    }

    /// Takes ownership of bytes for the connection.
    public void writeBody(ByteBuf data) {
        splice.write(data);
    }

    /// No more bytes will be written.
    public void writeEnd(@Nullable Fields trailers) {
        splice.end();
    }

    /// `bytes` of the stream's were taken; credit is due once what they held has been written to the socket.
    public void creditOnFlush(int bytes) {
        splice.creditOnFlush(bytes);
    }

    /// Whether more of what the connection brings is wanted now.
    public void setReading(boolean wanted) {
        splice.setReading(wanted);
    }
}

package io.hikyaku.call.socket;

import io.hikyaku.stream.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.DuplexChannel;
import org.jspecify.annotations.Nullable;

/// The sending half of a socket: one flush per event-loop turn, small pieces gathered, and credit given back to the
/// stream that the bytes came from once the operating system has taken them, so that what a socket's other side does
/// not read counts against the stream's window and nothing else. Belongs to the socket's event loop.
public final class SocketOutput implements Runnable {
    /// Above it the stream's sender is left to wait. Netty's default of 64 KiB would stop and go with every few
    /// frames.
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(128 * 1024, 256 * 1024);

    /// Bytes behind a mark that are worth another one.
    private static final int MARK_BYTES = 16 * 1024;

    /// Bytes that the operating system takes while those before wait for the other side's window. Left to itself it
    /// takes megabytes for each socket that nobody reads; over loopback at once, and a thousand of them use up the
    /// memory that all TCP connections of a machine share (`net.ipv4.tcp_mem`).
    private static final long UNSENT_BYTES = 512 * 1024;

    private final Channel channel;
    private final Coalescer coalescer;
    private @Nullable Stream source;
    private int owed;
    private int marks;
    /// The source before this one, and the credit that it is owed.
    private @Nullable Stream departed;

    private int departedOwed;
    private boolean scheduled;

    public SocketOutput(Channel channel) {
        this.channel = channel;
        this.coalescer = new Coalescer(channel.alloc(), data -> channel.write(data, channel.voidPromise()));
        boundQueues(channel);
    }

    /// Bounds what waits for a socket's other side, here and in the operating system, where that can be told.
    public static void boundQueues(Channel socket) {
        socket.config().setWriteBufferWaterMark(WATER_MARK);
        socket.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_BYTES);
    }

    /// Whose bytes are written from now on. The one before gets what is still owed once that has left.
    public void from(@Nullable Stream stream) {
        Stream before = source;
        source = stream;
        if (before != null && owed > 0) {
            depart(before, owed);
        }
        owed = 0;
    }

    /// Usually the end of the turn settles it; several in one turn are settled where each ends.
    private void depart(Stream before, int bytes) {
        Stream earlier = departed;
        int earlierOwed = departedOwed;
        departed = before;
        departedOwed = bytes;
        if (earlier != null) {
            coalescer.drain();
            mark(earlier, earlierOwed);
        }
        flushSoon();
    }

    /// A buffer with room for `bytes` more, to be written to at once.
    public ByteBuf room(int bytes) {
        flushSoon();
        return coalescer.room(bytes);
    }

    /// Takes ownership.
    public void write(ByteBuf data) {
        coalescer.add(data);
        flushSoon();
    }

    /// Notes that `bytes` of the source's were taken; they are reported as consumed when everything written by
    /// then has left.
    public void creditOnFlush(int bytes) {
        owed += bytes;
        flushSoon();
    }

    /// The end of this event-loop turn.
    @Override
    public void run() {
        scheduled = false;
        coalescer.drain();
        channel.flush();
        settle();
    }

    /// Closes after everything written so far.
    public void closeAfterWrites() {
        coalescer.drain();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /// Sends the end of this direction after everything written so far.
    public void shutDownAfterWrites() {
        coalescer.drain();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess()) {
                ((DuplexChannel) channel).shutdownOutput();
            }
        });
    }

    /// Drops what is not written yet.
    public void drop() {
        coalescer.drop();
        from(null);
        Stream left = departed;
        departed = null;
        if (left != null) {
            left.consumed(departedOwed);
        }
    }

    /// Drops what is not written yet and ends the connection with a reset, so that the other side never takes it
    /// for a clean end.
    public void abort() {
        drop();
        abort(channel);
    }

    /// Ends a connection with a reset, in TLS too without a word of goodbye.
    public static void abort(Channel channel) {
        if (channel.isOpen()) {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        }
        ChannelHandlerContext nearest = channel.pipeline().firstContext();
        if (nearest == null) {
            channel.close();
        } else {
            nearest.close();
        }
    }

    private void flushSoon() {
        if (!scheduled) {
            scheduled = true;
            channel.eventLoop().execute(this);
        }
    }

    private void settle() {
        Stream left = departed;
        if (left != null) {
            departed = null;
            give(left, departedOwed);
        }
        Stream to = source;
        if (owed > 0 && to != null && (isFlushed() || marks == 0 || owed >= MARK_BYTES)) {
            int bytes = owed;
            owed = 0;
            give(to, bytes);
        }
    }

    /// What `to` is owed for all that is written by now.
    private void give(Stream to, int bytes) {
        if (isFlushed()) {
            to.consumed(bytes);
        } else {
            mark(to, bytes);
        }
    }

    private boolean isFlushed() {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        return waiting == null || waiting.isEmpty();
    }

    /// Puts a mark behind what waits: once it is reached, what `to` is owed has left.
    private void mark(Stream to, int bytes) {
        marks++;
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(reached -> {
            marks--;
            to.consumed(bytes);
            settle();
        });
    }
}

package io.hikyaku.call.listen;

import io.hikyaku.call.exchange.HttpPort;
import io.hikyaku.call.http1.server.CallerConnection;
import io.hikyaku.call.http2.server.CallerHttp2Connection;
import io.hikyaku.call.socket.SocketOutput;
import io.hikyaku.call.socket.SocketService;
import io.hikyaku.loop.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at a connection's first bytes, and replaces itself by the handler of the version that they show: HTTP/2 with
/// prior knowledge begins with a preface that is not a request in HTTP/1 (RFC 9113 §3.4).
final class VersionDetector extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(VersionDetector.class);

    private final HttpPort port;
    private @Nullable Deadline deadline;
    private @Nullable ByteBuf input;

    VersionDetector(HttpPort port) {
        this.port = port;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        Deadline idle = new Deadline(
                context.channel().eventLoop(), () -> context.channel().close());
        idle.set(port.context().limits().idleTimeout());
        deadline = idle;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf data = (ByteBuf) message;
        ByteBuf all =
                input == null ? data : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(context.alloc(), input, data);
        ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
        int length = Math.min(all.readableBytes(), preface.readableBytes());
        boolean alike = alike(all, preface, length);
        if (!alike) {
            become(context, new CallerConnection(port, context.channel()), all);
        } else if (length == preface.readableBytes()) {
            become(context, CallerHttp2Connection.of(port, context.channel()), all);
        } else {
            input = all;
            limitHead();
        }
        preface.release();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SocketService.Draining) {
            context.channel().close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("Caller's connection broke: {}", cause.getMessage());
        } else {
            LOG.error("Beginning to serve a caller of {} failed", port.service(), cause);
        }
        SocketOutput.abort(context.channel());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        Deadline armed = deadline;
        ByteBuf unread = input;
        input = null;
        if (armed != null) {
            armed.close();
        }
        if (unread != null) {
            unread.release();
        }
    }

    private void limitHead() {
        Deadline armed = deadline;
        if (armed != null) {
            armed.set(port.context().limits().headerTimeout());
        }
    }

    private void become(ChannelHandlerContext context, ChannelHandler handler, ByteBuf first) {
        Channel channel = context.channel();
        input = null;
        channel.pipeline().addLast(handler);
        channel.pipeline().remove(this);
        channel.pipeline().fireChannelRead(first);
    }

    private static boolean alike(ByteBuf bytes, ByteBuf preface, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != preface.getByte(i)) {
                return false;
            }
        }
        return true;
    }
}

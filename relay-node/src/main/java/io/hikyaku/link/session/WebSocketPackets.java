package io.hikyaku.link.session;

import io.hikyaku.wire.Malformed;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/// Packets as binary WebSocket messages, one or more whole packets in each (PROTOCOL.md §3.1). Outbound, the small
/// packets of one flush share a message; inbound, the bytes of a message go on as they come, with [End] after its last.
final class WebSocketPackets extends ChannelDuplexHandler {
    private static final int SHARED_MESSAGE_BYTES = 16 << 10;

    private @Nullable ByteBuf shared;

    /// A message has ended here, and with it a packet.
    enum End {
        OF_MESSAGE
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof WebSocketFrame frame)) {
            ctx.fireChannelRead(message);
            return;
        }
        if (!(frame instanceof BinaryWebSocketFrame) && !(frame instanceof ContinuationWebSocketFrame)) {
            ReferenceCountUtil.release(message);
            throw new Malformed(Malformed.Reason.UNKNOWN_TYPE, "a WebSocket message that is not binary");
        }
        ctx.fireChannelRead(frame.content());
        if (frame.isFinalFragment()) {
            ctx.fireUserEventTriggered(End.OF_MESSAGE);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf packet)) {
            ctx.write(message, promise);
            return;
        }
        int length = packet.readableBytes();
        if (shared != null && length > SHARED_MESSAGE_BYTES - shared.readableBytes()) {
            writeShared(ctx);
        }
        if (shared == null && length > SHARED_MESSAGE_BYTES / 2) {
            ctx.write(new BinaryWebSocketFrame(packet), promise);
            return;
        }
        if (shared == null) {
            shared = ctx.alloc().buffer(SHARED_MESSAGE_BYTES);
        }
        shared.writeBytes(packet);
        packet.release();
        promise.trySuccess(); // its bytes are owned by the message now, whose failure closes the link
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        writeShared(ctx);
        ctx.flush();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (shared != null) {
            shared.release();
            shared = null;
        }
    }

    private void writeShared(ChannelHandlerContext ctx) {
        if (shared != null) {
            ByteBuf packets = shared;
            shared = null;
            ctx.write(new BinaryWebSocketFrame(packets), ctx.voidPromise());
        }
    }
}

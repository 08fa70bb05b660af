package io.hikyaku.wire;

import io.hikyaku.wire.call.HttpFrame;
import io.hikyaku.wire.call.HttpFrames;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.call.OpenMetadataFields;
import io.hikyaku.wire.channel.ChannelFrame;
import io.hikyaku.wire.channel.ChannelFrames;
import io.hikyaku.wire.channel.ChannelGreeting;
import io.hikyaku.wire.channel.ChannelGreetings;
import io.hikyaku.wire.channel.HandshakeFrames;
import io.hikyaku.wire.link.LinkFrames;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.route.PushBacks;
import io.hikyaku.wire.route.RegistryFrames;
import io.hikyaku.wire.route.RoutingFrames;
import io.hikyaku.wire.stream.StreamFrame;
import io.hikyaku.wire.stream.StreamFrames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Encoder and decoder of one kind of value, so that a test can treat all alike.
///
/// @param fillsItsBytes whether bytes after the value are refused; else they belong to the next one
record Codec<T>(Function<ByteBuf, T> decoder, BiConsumer<ByteBuf, T> encoder, boolean fillsItsBytes) {
    static final Codec<Packet> PACKET = new Codec<>(Packet::read, (out, packet) -> packet.write(out), false);
    static final Codec<?> LINK = new Codec<>(LinkFrames::read, LinkFrames::write, true);
    static final Codec<?> ROUTING = new Codec<>(RoutingFrames::read, RoutingFrames::write, true);
    static final Codec<?> PUSH_BACK = new Codec<>(PushBacks::read, PushBacks::write, true);
    static final Codec<?> REGISTRY = new Codec<>(RegistryFrames::read, RegistryFrames::write, true);
    static final Codec<?> HEAD = new Codec<DocumentHead>(
            in -> DocumentHeads.read(ByteBufUtil.getBytes(in)),
            (out, head) -> out.writeBytes(DocumentHeads.write(head)),
            true);
    static final Codec<?> HANDSHAKE = new Codec<>(HandshakeFrames::read, HandshakeFrames::write, true);
    static final Codec<?> GREETING = new Codec<ChannelGreeting>(ChannelGreetings::read, ChannelGreetings::write, false);
    static final Codec<?> CHANNEL =
            new Codec<ChannelFrame>(in -> present(ChannelFrames.readNext(in)), ChannelFrames::write, false);
    static final Codec<?> STREAM =
            new Codec<StreamFrame>(in -> present(StreamFrames.readNext(in)), Codec::writeStreamFrame, false);
    static final Codec<?> METADATA = new Codec<OpenMetadata>(OpenMetadataFields::read, OpenMetadataFields::write, true);
    static final Codec<?> HTTP = new Codec<>(HttpFrames::read, Codec::writeHttpFrame, false);

    T decode(byte[] bytes) {
        return decoder.apply(Unpooled.wrappedBuffer(bytes));
    }

    /// @param value one of this codec's
    @SuppressWarnings("unchecked")
    byte[] encode(Object value) {
        ByteBuf out = Unpooled.buffer();
        encoder.accept(out, (T) value);
        return ByteBufUtil.getBytes(out);
    }

    /// The end of the bytes is no frame: to a test that wants one it is as good as a truncated one.
    private static <F> F present(@Nullable F frame) {
        if (frame == null) {
            throw new Malformed(Malformed.Reason.TRUNCATED, "no frame");
        }
        return frame;
    }

    /// Encoding moves the reader index of the bytes it takes; the value must keep its own.
    private static void writeStreamFrame(ByteBuf out, StreamFrame frame) {
        StreamFrames.write(
                out,
                switch (frame) {
                    case StreamFrame.Open(long stream, long credit, int initial, ByteBuf metadata) ->
                        new StreamFrame.Open(stream, credit, initial, metadata.duplicate());
                    case StreamFrame.Data(long stream, ByteBuf data) -> new StreamFrame.Data(stream, data.duplicate());
                    default -> frame;
                });
    }

    private static void writeHttpFrame(ByteBuf out, HttpFrame frame) {
        HttpFrames.write(
                out, frame instanceof HttpFrame.Body(ByteBuf body) ? new HttpFrame.Body(body.duplicate()) : frame);
    }
}

package io.hikyaku.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame;
import io.hikyaku.wire.call.HttpFrames;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.call.OpenMetadataFields;
import io.hikyaku.wire.call.Workload;
import io.hikyaku.wire.channel.ChannelFrame;
import io.hikyaku.wire.channel.ChannelGreeting;
import io.hikyaku.wire.channel.ChannelGreetings;
import io.hikyaku.wire.channel.HandshakeFrame;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.hikyaku.wire.link.LinkFrame.Hello;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentParts;
import io.hikyaku.wire.route.PushBack;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RoutingFrame;
import io.hikyaku.wire.stream.ResetCode;
import io.hikyaku.wire.stream.StreamFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every limit of PROTOCOL.md §10, at the bound and one past it. Bytes are laid out here, since our own encoders
/// refuse to write them.
class LimitsTest {
    private static final NodeId NODE = new NodeId(1, 2);

    @ParameterizedTest
    @EnumSource(PacketKind.class)
    void bodiesOfPackets(PacketKind kind) {
        atTheBound(kind.maxBodyBytes(), Codec.PACKET, (out, length) -> {
            Packet.betweenNeighbours(kind, 0, NODE).write(out);
            out.setInt(4, length);
        });
    }

    @Test
    void statementOfAHello() {
        atTheBound(Hello.MAX_STATEMENT_BYTES, Codec.LINK, (out, length) -> {
            out.writeBytes(new byte[] {1, 1, 1, 0, 0, 0, 0, 1}).writeZero(Hello.NONCE_BYTES);
            Bytes.write(out, new byte[length]);
        });
    }

    @Test
    void shardsOfAHello() {
        atTheBound(Hello.MAX_SHARDS, Codec.LINK, Reason.INVALID_VALUE, (out, shards) -> {
            out.writeBytes(new byte[] {1, 1, 1, 0, 0, 0}).writeShort(shards).writeZero(Hello.NONCE_BYTES + 1);
        });
    }

    @Test
    void extensions() {
        atTheBound(Extensions.MAX_BYTES, Codec.LINK, (out, length) -> {
            out.writeBytes(new byte[] {1, 1, 1, 0, 0, 0, 0, 1}).writeZero(Hello.NONCE_BYTES + 1);
            Bytes.write(out.writeShort(1), new byte[length]);
        });
    }

    @Test
    void details() {
        atTheBound(
                Goodbye.MAX_DETAIL_BYTES,
                Codec.LINK,
                (out, length) -> Bytes.write(out.writeByte(5).writeShort(0), new byte[length]));
        atTheBound(
                ChannelFrame.Close.MAX_DETAIL_BYTES,
                Codec.CHANNEL,
                (out, length) -> Bytes.write(out.writeByte(5).writeByte(0), new byte[length]));
        atTheBound(
                StreamFrame.Reset.MAX_DETAIL_BYTES,
                Codec.STREAM,
                (out, length) -> Bytes.write(out.writeByte(0x13).writeByte(0).writeByte(0), new byte[length]));
    }

    @Test
    void nodesInAReach() {
        atTheBound(RoutingFrame.MAX_ENTRIES, Codec.ROUTING, (out, count) -> {
            Varint.write(out.writeByte(1).writeByte(0), count);
            out.writeZero(20 * count);
        });
    }

    @Test
    void nodesInBothListsOfALinkState() {
        atTheBound(RoutingFrame.MAX_ENTRIES, Codec.ROUTING, (out, count) -> {
            Varint.write(out.writeByte(2).writeZero(24), 1);
            Varint.write(out.writeZero(20), count - 1);
            out.writeZero(20 * (count - 1));
        });
    }

    @Test
    void aFullRoutingFrameFitsIntoAPacket() {
        ByteBuf out = Unpooled.buffer();
        Varint.write(out.writeByte(2).writeZero(24), RoutingFrame.MAX_ENTRIES);
        Varint.write(out.writeZero(20 * RoutingFrame.MAX_ENTRIES), 0);
        assertEquals(true, out.readableBytes() <= Packet.MAX_BODY);
    }

    @Test
    void pause() {
        atTheBound(PushBack.MAX_PAUSE_MILLIS, Codec.PUSH_BACK, (out, millis) -> {
            NODE.write(out.writeByte(1));
            out.writeInt(millis);
        });
    }

    @Test
    void registryDocument() {
        atTheBound(
                RegistryFrame.MAX_HEAD_BYTES,
                Codec.REGISTRY,
                (out, length) -> Bytes.write(out.writeByte(1), new byte[length]));
        atTheBound(RegistryFrame.MAX_PART_BYTES, Codec.REGISTRY, (out, length) -> {
            Bytes.write(out.writeByte(1), new byte[1]);
            Bytes.write(out, new byte[length]);
        });
        atTheBound(
                RegistryFrame.MAX_PART_BYTES,
                Codec.REGISTRY,
                (out, length) -> Bytes.write(out.writeByte(4).writeZero(NodeId.BYTES), new byte[length]));
    }

    @Test
    void listsOfTheRegistry() {
        atTheBound(
                RegistryFrame.MAX_PARTS,
                Codec.REGISTRY,
                (out, count) -> out.writeByte(3).writeZero(NodeId.BYTES + count * PartDigest.BYTES));
        atTheBound(RegistryFrame.MAX_PARTS, Codec.REGISTRY, (out, count) -> {
            Bytes.write(out.writeByte(1), new byte[1]);
            smallParts(out, count);
        });
        atTheBound(
                RegistryFrame.MAX_PARTS,
                Codec.REGISTRY,
                (out, count) -> smallParts(out.writeByte(4).writeZero(NodeId.BYTES), count));
        atTheBound(
                RegistryFrame.MAX_SUMMARY,
                Codec.REGISTRY,
                (out, count) -> out.writeByte(7).writeByte(1).writeZero(24 * count));
        atTheBound(
                RegistryFrame.MAX_SUBSCRIBED,
                Codec.REGISTRY,
                (out, count) -> out.writeByte(8).writeByte(0).writeZero(4 * count));
    }

    private static void smallParts(ByteBuf out, int count) {
        for (int i = 0; i < count; i++) {
            Bytes.write(out, new byte[1]);
        }
    }

    @Test
    void everyHeadFitsIntoItsFrame() {
        assertEquals(true, DocumentHead.MAX_BYTES <= RegistryFrame.MAX_HEAD_BYTES);
        assertEquals(RegistryFrame.MAX_PART_BYTES, DocumentParts.MAX_PART_BYTES);
        assertEquals(DocumentHead.MAX_PARTS, RegistryFrame.MAX_PARTS);
        atTheBound(DocumentHead.MAX_PARTS, Codec.HEAD, (out, count) -> {
            out.writeZero(DocumentHead.KEY_BYTES).writeLong(1).writeByte(0);
            Varint.write(out, count);
            out.writeZero(count * PartDigest.BYTES + DocumentHead.SIGNATURE_BYTES);
        });
    }

    @Test
    void handshakeSegment() {
        atTheBound(
                HandshakeFrame.MAX_SHARDS,
                Codec.HANDSHAKE,
                Reason.INVALID_VALUE,
                (out, shards) -> segment(out, shards, 0, 0, 0));
        atTheBound(HandshakeFrame.MAX_SEGMENT_BYTES, Codec.HANDSHAKE, (out, length) -> segment(out, 1, 0, 0, length));
        atTheBound(HandshakeFrame.MAX_STREAM_BYTES, Codec.HANDSHAKE, (out, at) -> segment(out, 1, at, 0, 0));
        atTheBound(HandshakeFrame.MAX_STREAM_BYTES, Codec.HANDSHAKE, (out, at) -> segment(out, 1, 0, at, 0));
        atTheBound(HandshakeFrame.MAX_STREAM_BYTES, Codec.HANDSHAKE, (out, end) -> segment(out, 1, end - 100, 0, 100));
    }

    @Test
    void channelGreeting() {
        atTheBound(ChannelGreeting.MAX_STATEMENT_BYTES, Codec.GREETING, (out, length) -> {
            out.writeInt(0).writeBytes(new byte[] {1, 1, 0, 1}).writeZero(68);
            Bytes.write(out, new byte[length]);
            out.setInt(0, out.readableBytes() - 4);
        });
        atTheBound(
                HandshakeFrame.MAX_SHARDS,
                Codec.GREETING,
                Reason.INVALID_VALUE,
                (out, shards) -> out.writeInt(73)
                        .writeByte(1)
                        .writeByte(1)
                        .writeShort(shards)
                        .writeZero(69));
    }

    @Test
    void initialCredit() {
        atTheBound(InitialCredits.MAX, Codec.CHANNEL, (out, bytes) -> Varint.write(out.writeByte(4), bytes));
        atTheBound(InitialCredits.MAX, Codec.STREAM, (out, bytes) -> {
            Varint.write(out.writeByte(0x10).writeZero(2), bytes);
            out.writeByte(0);
        });
        atTheBound(
                InitialCredits.MAX,
                Codec.GREETING,
                Reason.INVALID_VALUE,
                (out, bytes) -> out.writeInt(73)
                        .writeBytes(new byte[] {1, 1, 0, 1})
                        .writeInt(bytes)
                        .writeZero(65));
    }

    @Test
    void aGreetingIsRefusedByItsLengthAlone() {
        ByteBuf fits = Unpooled.buffer().writeInt(ChannelGreeting.MAX_BYTES);
        assertEquals(false, ChannelGreetings.isComplete(fits));
        ByteBuf tooLong = Unpooled.buffer().writeInt(ChannelGreeting.MAX_BYTES + 1);
        assertReason(Reason.TOO_LARGE, () -> ChannelGreetings.isComplete(tooLong));
    }

    @Test
    void streamFrames() {
        atTheBound(
                StreamFrame.MAX_METADATA_BYTES,
                Codec.STREAM,
                (out, length) -> Bytes.write(out.writeByte(0x10).writeZero(3), new byte[length]));
        atTheBound(
                Packet.MAX_BODY,
                Codec.STREAM,
                (out, length) -> Bytes.write(out.writeByte(0x11).writeZero(1), new byte[length]));
        atTheBound(Packet.MAX_BODY, Codec.STREAM, (out, length) -> {
            Bytes.write(out.writeByte(0x7f), new byte[length]);
            out.writeByte(0x12).writeByte(0);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x0f, 0x16, 0x3f, 0x80, 0xff})
    void streamFrameTypesThatMustBeUnderstood(int type) {
        byte[] bytes = {(byte) type, 0, 0};
        assertReason(Reason.UNKNOWN_TYPE, () -> Codec.STREAM.decode(bytes));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 0x3f})
    void httpFrameTypesThatMustBeUnderstood(int type) {
        byte[] bytes = {(byte) type, 0, 0, 0, 0};
        assertReason(Reason.UNKNOWN_TYPE, () -> HttpFrames.contentLength(Unpooled.wrappedBuffer(bytes)));
    }

    @Test
    void requestHead() {
        requestPart(0, HttpFrame.MAX_METHOD_BYTES);
        requestPart(1, HttpFrame.MAX_SCHEME_BYTES);
        requestPart(2, HttpFrame.MAX_AUTHORITY_BYTES);
        requestPart(3, HttpFrame.MAX_PATH_BYTES);
    }

    @Test
    void responseReason() {
        atTheBound(
                HttpFrame.MAX_REASON_BYTES,
                Codec.HTTP,
                (out, length) -> framed(out, 2, content -> {
                    letters(content.writeByte(11).writeShort(200), length);
                    content.writeByte(0);
                }));
    }

    @Test
    void lengthsOfHttpFrames() {
        httpLength(1, HttpFrame.MAX_HEAD_BYTES);
        httpLength(2, HttpFrame.MAX_HEAD_BYTES);
        httpLength(3, HttpFrame.MAX_BODY_BYTES);
        httpLength(4, HttpFrame.MAX_HEAD_BYTES);
        httpLength(0x40, HttpFrame.MAX_BODY_BYTES);
        httpLength(0xff, HttpFrame.MAX_BODY_BYTES);
    }

    @Test
    void fields() {
        atTheBound(
                Fields.MAX_COUNT,
                Codec.HTTP,
                (out, count) -> framed(out, 4, content -> {
                    Varint.write(content, count);
                    for (int i = 0; i < count; i++) {
                        letters(content, 1);
                        letters(content, 0);
                    }
                }));
        atTheBound(
                Fields.MAX_BYTES,
                Codec.HTTP,
                (out, bytes) -> framed(out, 4, content -> {
                    letters(content.writeByte(1), 1);
                    letters(content, bytes - 1);
                }));
    }

    @Test
    void theLargestHeadOfLegalPartsFitsIntoItsFrame() {
        ByteBuf content = Unpooled.buffer().writeByte(11);
        letters(content, HttpFrame.MAX_METHOD_BYTES);
        letters(content, HttpFrame.MAX_SCHEME_BYTES);
        letters(content, HttpFrame.MAX_AUTHORITY_BYTES);
        letters(content, HttpFrame.MAX_PATH_BYTES);
        Varint.write(content, Fields.MAX_COUNT);
        for (int i = 0; i < 2 * Fields.MAX_COUNT; i++) {
            letters(content, Fields.MAX_BYTES / (2 * Fields.MAX_COUNT));
        }
        byte[] frame = ByteBufUtil.getBytes(
                Unpooled.buffer().writeByte(1).writeInt(content.readableBytes()).writeBytes(content));
        assertEquals(frame.length, Codec.HTTP.encode(Codec.HTTP.decode(frame)).length);
    }

    @Test
    void metadata() {
        String label = "a".repeat(OpenMetadata.MAX_LABEL_BYTES);
        readsMetadata(label + "/" + label, 65_535, 255);
        readsMetadata(String.join("/", label, label, label, label), 1, 1);
        assertReason(Reason.TOO_LARGE, () -> readsMetadata(String.join("/", label, label, label, label) + "a", 1, 1));
        for (String malformed : List.of("a", "a/b/c", "a/b/c/d/e", "a/b//d", "a/b/c/", label + "/" + label + "a")) {
            assertReason(Reason.INVALID_VALUE, () -> readsMetadata(malformed, 1, 1));
        }
        assertReason(Reason.INVALID_VALUE, () -> readsMetadata(label + "a/a", 1, 1));
        assertReason(Reason.TOO_LARGE, () -> readsMetadata("a/a", 65_536, 1));
        assertReason(Reason.INVALID_VALUE, () -> readsMetadata("a/a", 0, 1));
        assertReason(Reason.TOO_LARGE, () -> readsMetadata("a/a", 1, 256));
        assertReason(Reason.INVALID_VALUE, () -> readsMetadata("a/a", 1, 0));
    }

    @Test
    void deadline() {
        readsDeadline(OpenMetadata.MAX_DEADLINE_MICROS);
        assertReason(Reason.TOO_LARGE, () -> readsDeadline(OpenMetadata.MAX_DEADLINE_MICROS + 1));
        assertReason(Reason.INVALID_VALUE, () -> readsDeadline(0));
    }

    @Test
    void caller() {
        String label = "a".repeat(Workload.MAX_NAMESPACE_BYTES);
        String name = "a".repeat(Workload.MAX_NAME_BYTES);
        assertEquals(new Workload(label, name, name), readsCaller(label, name, name));
        assertReason(Reason.TOO_LARGE, () -> readsCaller(label + "a", "", ""));
        assertReason(Reason.TOO_LARGE, () -> readsCaller("a", name + "a", ""));
        assertReason(Reason.TOO_LARGE, () -> readsCaller("a", "", name + "a"));
        assertThrows(IllegalArgumentException.class, () -> new Workload(label + "a", "", ""));
        assertThrows(IllegalArgumentException.class, () -> new Workload("a", "", name + "a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "a.", ".a", "a..b", "A", "a b", "-a", "a-", "a.-b", "a/b", "a\n", "é"})
    void namesThatAreNoWorkload(String name) {
        assertReason(Reason.INVALID_VALUE, () -> readsCaller(name, "", ""));
        assertReason(Reason.INVALID_VALUE, () -> readsCaller("a", name, ""));
        assertReason(Reason.INVALID_VALUE, () -> readsCaller("a", "", name));
        assertThrows(IllegalArgumentException.class, () -> new Workload("a", name, ""));
    }

    @Test
    void affinityHasEightBytes() {
        readsAffinity(OpenMetadata.AFFINITY_BYTES);
        assertReason(Reason.INVALID_VALUE, () -> readsAffinity(OpenMetadata.AFFINITY_BYTES - 1));
        assertReason(Reason.TOO_LARGE, () -> readsAffinity(OpenMetadata.AFFINITY_BYTES + 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a", "a/", "/a", "a/b/c", "A/b", "a.b/c", "-a/b", "a-/b", "a/b\n", "../etc"})
    void namesThatAreNoService(String service) {
        assertReason(Reason.INVALID_VALUE, () -> readsMetadata(service, 1, 1));
    }

    @Test
    void countersInTheNegativeHalf() {
        byte[] ack = {1, -128, 0, 0, 0, 0, 0, 0, 0};
        assertReason(Reason.INVALID_VALUE, () -> Codec.CHANNEL.decode(ack));
    }

    @Test
    void numbersOfResetCodesAreTheirPositions() {
        for (ResetCode code : ResetCode.values()) {
            assertEquals(code.ordinal(), code.number());
        }
    }

    private static void requestPart(int part, int max) {
        atTheBound(
                max,
                Codec.HTTP,
                (out, length) -> framed(out, 1, content -> {
                    content.writeByte(11);
                    for (int i = 0; i < 4; i++) {
                        letters(content, i == part ? length : 1);
                    }
                    content.writeByte(0);
                }));
    }

    private static void httpLength(int type, int max) {
        assertEquals(
                max, HttpFrames.contentLength(Unpooled.buffer().writeByte(type).writeInt(max)));
        ByteBuf tooLong = Unpooled.buffer().writeByte(type).writeInt(max + 1);
        assertReason(Reason.TOO_LARGE, () -> HttpFrames.contentLength(tooLong));
        ByteBuf negative = Unpooled.buffer().writeByte(type).writeInt(-1);
        assertReason(Reason.TOO_LARGE, () -> HttpFrames.contentLength(negative));
    }

    private static void readsMetadata(String service, int port, int hops) {
        ByteBuf out = Unpooled.buffer();
        Bytes.writeAscii(out.writeByte(1), service);
        Varint.write(out.writeByte(2).writeByte(Varint.size(port)), port);
        out.writeByte(3).writeByte(1).writeByte(1).writeByte(5).writeByte(Varint.size(hops));
        Varint.write(out, hops);
        assertEquals(port, OpenMetadataFields.read(out).port());
    }

    private static void readsDeadline(long micros) {
        ByteBuf out = Unpooled.buffer();
        OpenMetadataFields.write(out, new OpenMetadata("a/a", 1, CallProtocol.HTTP, 1));
        OpenMetadataFields.writeDeadline(out, micros);
        assertEquals(micros, OpenMetadataFields.read(out).deadlineMicros());
    }

    private static Workload readsCaller(String namespace, String serviceAccount, String pod) {
        ByteBuf texts = Unpooled.buffer();
        Bytes.writeText(texts, namespace);
        Bytes.writeText(texts, serviceAccount);
        Bytes.writeText(texts, pod);
        return readsField(4, texts).caller().orElseThrow();
    }

    private static void readsAffinity(int bytes) {
        assertEquals(
                0, readsField(64, Unpooled.buffer().writeZero(bytes)).affinity().orElseThrow());
    }

    private static OpenMetadata readsField(int tag, ByteBuf content) {
        ByteBuf out = Unpooled.buffer();
        OpenMetadataFields.write(out, new OpenMetadata("a/a", 1, CallProtocol.HTTP, 1));
        Varint.write(out, tag);
        Varint.write(out, content.readableBytes());
        return OpenMetadataFields.read(out.writeBytes(content));
    }

    private static void segment(ByteBuf out, int shards, int offset, int acknowledged, int length) {
        out.writeByte(1).writeByte(1).writeByte(1).writeShort(shards);
        out.writeInt(offset).writeInt(acknowledged).writeZero(length);
    }

    private static void framed(ByteBuf out, int type, Consumer<ByteBuf> content) {
        out.writeByte(type).writeInt(0);
        content.accept(out);
        out.setInt(1, out.readableBytes() - HttpFrames.OVERHEAD_BYTES);
    }

    private static void letters(ByteBuf out, int count) {
        Bytes.writeAscii(out, "a".repeat(count));
    }

    private static void atTheBound(int max, Codec<?> codec, Layout layout) {
        atTheBound(max, codec, Reason.TOO_LARGE, layout);
    }

    private static void atTheBound(int max, Codec<?> codec, Reason reason, Layout layout) {
        ByteBuf fits = Unpooled.buffer();
        layout.write(fits, max);
        assertEquals(true, codec.decode(ByteBufUtil.getBytes(fits)) != null);
        ByteBuf tooLarge = Unpooled.buffer();
        layout.write(tooLarge, max + 1);
        assertReason(reason, () -> codec.decode(ByteBufUtil.getBytes(tooLarge)));
    }

    private static void assertReason(Reason reason, Executable decode) {
        assertEquals(reason, assertThrows(Malformed.class, decode).reason());
    }

    private interface Layout {
        void write(ByteBuf out, int value);
    }
}

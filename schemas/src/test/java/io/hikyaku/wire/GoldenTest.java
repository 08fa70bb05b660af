package io.hikyaku.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.wire.Malformed.Reason;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame;
import io.hikyaku.wire.call.OpenMetadata;
import io.hikyaku.wire.call.Workload;
import io.hikyaku.wire.channel.ChannelFrame;
import io.hikyaku.wire.channel.ChannelGreeting;
import io.hikyaku.wire.channel.HandshakeFrame;
import io.hikyaku.wire.link.LinkFrame.Goodbye;
import io.hikyaku.wire.link.LinkFrame.Hello;
import io.hikyaku.wire.link.LinkFrame.Ping;
import io.hikyaku.wire.link.LinkFrame.Pong;
import io.hikyaku.wire.link.LinkFrame.Proof;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.route.PushBack;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RoutingFrame;
import io.hikyaku.wire.stream.ResetCode;
import io.hikyaku.wire.stream.StreamFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The bytes of the specification, laid out by hand: encoders write them, decoders read them.
class GoldenTest {
    private static final NodeId A = NodeId.parse("00112233445566778899aabbccddeeff");
    private static final NodeId B = NodeId.parse("f0e0d0c0b0a090807060504030201000");
    private static final long CHANNEL = 0x0123456789abcdefL;
    private static final long TOKEN = 0x0102030405060708L;
    private static final Hello HELLO = new Hello(1, 2, true, 3, 4, "a.b.c", counting(0x20, 32));
    private static final ChannelGreeting GREETING = new ChannelGreeting(1, 2, 4, 16_384, "a.b.c", counting(0, 64));
    private static final OpenMetadata METADATA = new OpenMetadata("shop/orders", 8080, CallProtocol.HTTP, 1);
    private static final Workload WORKLOAD = new Workload("web", "frontend", "frontend-0");
    private static final Workload NAMESPACE = new Workload("web", "", "");
    private static final long AFFINITY = 0xfedcba9876543210L;

    @Test
    void packetHeaders() {
        new Golden("packet")
                .both(
                        "data",
                        Codec.PACKET,
                        new Packet(PacketKind.DATA, 31, true, 4096, A, B, CHANNEL, 3, (1L << 32) + 2))
                .both("link", Codec.PACKET, Packet.betweenNeighbours(PacketKind.LINK, 9, B))
                .finish();
    }

    @Test
    void linkFrames() {
        new Golden("link")
                .both("hello", Codec.LINK, HELLO)
                .reads("hello-with-extension", Codec.LINK, HELLO)
                .refuses("hello-with-critical-extension", Codec.LINK, Reason.UNKNOWN_TYPE)
                .both("proof", Codec.LINK, new Proof(counting(0, 64)))
                .both("ping", Codec.LINK, new Ping(TOKEN))
                .both("pong", Codec.LINK, new Pong(-1))
                .both("goodbye", Codec.LINK, new Goodbye(Goodbye.Code.FOREIGN_SOURCE, "not yours"))
                .reads("goodbye-with-unknown-code", Codec.LINK, new Goodbye(Goodbye.Code.OTHER, ""))
                .refuses("unknown-type", Codec.LINK, Reason.UNKNOWN_TYPE)
                .finish();
    }

    @Test
    void routeFrames() {
        RoutingFrame reach = new RoutingFrame.Reach(
                true, List.of(new RoutingFrame.Cost(A, 1000), new RoutingFrame.Cost(B, RoutingFrame.GONE)));
        RoutingFrame state = new RoutingFrame.LinkState(
                A, 42, List.of(new RoutingFrame.Cost(B, 20_000)), List.of(new RoutingFrame.Cost(B, 0)));
        new Golden("route")
                .both("reach", Codec.ROUTING, reach)
                .both("link-state", Codec.ROUTING, state)
                .both("pause", Codec.PUSH_BACK, new PushBack.Pause(A, 2000))
                .both("resume", Codec.PUSH_BACK, new PushBack.Resume(A))
                .both("dropped", Codec.PUSH_BACK, new PushBack.Dropped(A, CHANNEL, false))
                .both("unreachable", Codec.PUSH_BACK, new PushBack.Dropped(A, CHANNEL, true))
                .finish();
    }

    @Test
    void registryFrames() {
        PartDigest part = new PartDigest(A.high(), A.low());
        DocumentHead head = new DocumentHead(counting(0, 32), 7, false, List.of(part), counting(0x40, 64));
        byte[] leaving = DocumentHeads.write(new DocumentHead(counting(0, 32), 8, true, List.of(), counting(0x40, 64)));
        new Golden("registry")
                .both(
                        "document",
                        Codec.REGISTRY,
                        new RegistryFrame.Document(DocumentHeads.write(head), List.of(counting(1, 3))))
                .both("document-of-who-leaves", Codec.REGISTRY, new RegistryFrame.Document(leaving, List.of()))
                .both("snapshot-end", Codec.REGISTRY, new RegistryFrame.SnapshotEnd())
                .both("want", Codec.REGISTRY, new RegistryFrame.Want(B, List.of(part)))
                .both("parts", Codec.REGISTRY, new RegistryFrame.Parts(B, List.of(counting(1, 3), counting(4, 1))))
                .both("beat", Codec.REGISTRY, new RegistryFrame.Beat(A, 7, 42, counting(0x40, 64)))
                .both("digest", Codec.REGISTRY, new RegistryFrame.Digest(A.high(), A.low()))
                .both(
                        "summary",
                        Codec.REGISTRY,
                        new RegistryFrame.Summary(
                                true, List.of(new RegistryFrame.Entry(A, 7), new RegistryFrame.Entry(B, 1))))
                .both("subscribe", Codec.REGISTRY, new RegistryFrame.Subscribe(false, List.of(0x01020304, -1)))
                .both("subscribe-to-all", Codec.REGISTRY, new RegistryFrame.Subscribe(true, List.of()))
                .refuses("subscribe-to-all-and-some", Codec.REGISTRY, Reason.INVALID_VALUE)
                .refuses("subscribe-of-another-kind", Codec.REGISTRY, Reason.INVALID_VALUE)
                .refuses("unknown-type", Codec.REGISTRY, Reason.UNKNOWN_TYPE)
                .finish();
    }

    @Test
    void channelFrames() {
        byte[] tls = {0x16, 3, 3};
        new Golden("channel")
                .both("segment", Codec.HANDSHAKE, new HandshakeFrame.Segment(1, 2, 4, 8192, 16, tls))
                .both("reject", Codec.HANDSHAKE, new HandshakeFrame.Reject(HandshakeFrame.RejectCode.UNKNOWN_CHANNEL))
                .both("greeting", Codec.GREETING, GREETING)
                .reads("greeting-with-extension", Codec.GREETING, GREETING)
                .refuses("greeting-with-critical-extension", Codec.GREETING, Reason.UNKNOWN_TYPE)
                .both("ack", Codec.CHANNEL, new ChannelFrame.Ack((1L << 32) + 2))
                .both("ping", Codec.CHANNEL, new ChannelFrame.Ping(TOKEN))
                .both("pong", Codec.CHANNEL, new ChannelFrame.Pong(TOKEN))
                .both("initial-credit", Codec.CHANNEL, new ChannelFrame.InitialCredit(65_536))
                .both("close", Codec.CHANNEL, new ChannelFrame.Close(ChannelFrame.CloseCode.GAP, "gap"))
                .both(
                        "close-unauthentic",
                        Codec.CHANNEL,
                        new ChannelFrame.Close(ChannelFrame.CloseCode.UNAUTHENTIC, ""))
                .refuses("unknown-type", Codec.CHANNEL, Reason.UNKNOWN_TYPE)
                .finish();
    }

    @Test
    void streamFrames() {
        new Golden("stream")
                .both("open", Codec.STREAM, new StreamFrame.Open(4, 65_536, 8192, bytes(0xab, 0xcd)))
                .both("data", Codec.STREAM, new StreamFrame.Data(64, ascii("hello")))
                .both("end", Codec.STREAM, new StreamFrame.End(0))
                .both("reset", Codec.STREAM, new StreamFrame.Reset(1, ResetCode.NOT_EXPORTED, "é"))
                .both("stop-sending", Codec.STREAM, new StreamFrame.StopSending(1L << 32))
                .both("credit", Codec.STREAM, new StreamFrame.Credit(4, Varint.MAX))
                .reads("skippable-then-end", Codec.STREAM, new StreamFrame.End(2))
                .refuses("unknown-type", Codec.STREAM, Reason.UNKNOWN_TYPE)
                .finish();
    }

    @Test
    void calls() {
        Fields fields = Fields.of("Host", "shop", "x-a", "");
        HttpFrame request =
                new HttpFrame.RequestHead(HttpFrame.Version.HTTP_1_1, "GET", "http", "shop", "/a?b=%20c/d", fields);
        new Golden("call")
                .both("metadata", Codec.METADATA, METADATA)
                .both(
                        "metadata-with-deadline",
                        Codec.METADATA,
                        new OpenMetadata("shop/orders", 8080, CallProtocol.HTTP, 1, 2_500_000))
                .both("metadata-with-caller", Codec.METADATA, metadata(0, WORKLOAD, OptionalLong.empty()))
                .both("metadata-with-namespace-alone", Codec.METADATA, metadata(0, NAMESPACE, OptionalLong.empty()))
                .both("metadata-with-affinity", Codec.METADATA, metadata(0, null, OptionalLong.of(AFFINITY)))
                .both(
                        "metadata-with-everything",
                        Codec.METADATA,
                        metadata(2_500_000, WORKLOAD, OptionalLong.of(AFFINITY)))
                .refuses("metadata-with-two-callers", Codec.METADATA, Reason.UNKNOWN_TYPE)
                .refuses("metadata-with-a-caller-without-namespace", Codec.METADATA, Reason.INVALID_VALUE)
                .refuses("metadata-with-a-caller-whose-pod-is-no-name", Codec.METADATA, Reason.INVALID_VALUE)
                .refuses("metadata-with-a-caller-that-goes-on", Codec.METADATA, Reason.TRAILING_BYTES)
                .refuses("metadata-with-half-an-affinity", Codec.METADATA, Reason.INVALID_VALUE)
                .reads("metadata-with-skippable", Codec.METADATA, METADATA)
                .refuses("metadata-with-unknown-tag", Codec.METADATA, Reason.UNKNOWN_TYPE)
                .both("request-head", Codec.HTTP, request)
                .both(
                        "response-head",
                        Codec.HTTP,
                        new HttpFrame.ResponseHead(HttpFrame.Version.HTTP_2, 200, "OK", fields))
                .both("body", Codec.HTTP, new HttpFrame.Body(ascii("hello")))
                .both("trailers", Codec.HTTP, new HttpFrame.Trailers(fields))
                .refuses("field-with-a-line-end", Codec.HTTP, Reason.INVALID_VALUE)
                .finish();
    }

    private static OpenMetadata metadata(long deadlineMicros, @Nullable Workload caller, OptionalLong affinity) {
        return new OpenMetadata(
                METADATA.service(),
                METADATA.port(),
                METADATA.protocol(),
                METADATA.hops(),
                deadlineMicros,
                Optional.ofNullable(caller),
                affinity);
    }

    private static byte[] counting(int from, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) (from + i);
        }
        return bytes;
    }

    private static ByteBuf ascii(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private static ByteBuf bytes(int... values) {
        ByteBuf bytes = Unpooled.buffer();
        for (int value : values) {
            bytes.writeByte(value);
        }
        return bytes;
    }

    /// The vectors of one file, each to be used.
    private static final class Golden {
        private final Map<String, byte[]> vectors;
        private final Set<String> used = new HashSet<>();

        Golden(String layer) {
            vectors = new LinkedHashMap<>(GoldenVectors.of(layer));
        }

        Golden both(String name, Codec<?> codec, Object value) {
            assertArrayEquals(bytesOf(name), codec.encode(value), () -> "encoded " + name);
            return reads(name, codec, value);
        }

        Golden reads(String name, Codec<?> codec, Object value) {
            assertEquals(value, codec.decode(bytesOf(name)), () -> "decoded " + name);
            return this;
        }

        Golden refuses(String name, Codec<?> codec, Reason reason) {
            Malformed refused = assertThrows(Malformed.class, () -> codec.decode(bytesOf(name)), name);
            assertEquals(reason, refused.reason(), name);
            return this;
        }

        void finish() {
            assertEquals(vectors.keySet(), used, "vectors used");
        }

        private byte[] bytesOf(String name) {
            used.add(name);
            byte[] bytes = vectors.get(name);
            assertEquals(true, bytes != null, "there is a vector " + name);
            return bytes;
        }
    }
}

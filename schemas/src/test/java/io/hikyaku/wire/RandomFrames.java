package io.hikyaku.wire;

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
import io.hikyaku.wire.route.PushBack;
import io.hikyaku.wire.route.RegistryFrame;
import io.hikyaku.wire.route.RoutingFrame;
import io.hikyaku.wire.stream.ResetCode;
import io.hikyaku.wire.stream.StreamFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Supplier;

/// Valid frames of every type from a seed: `-Dhikyaku.seed=N` gives the same ones again.
final class RandomFrames {
    private final long seed = Long.getLong("hikyaku.seed", System.nanoTime());
    private final Random random = new Random(seed);

    /// For the message of a failure.
    String replay() {
        return "-Dhikyaku.seed=" + seed;
    }

    /// One source of values for each frame type.
    List<Map.Entry<Codec<?>, Supplier<Object>>> sources() {
        return List.of(
                Map.entry(Codec.PACKET, this::packet),
                Map.entry(Codec.LINK, this::hello),
                Map.entry(Codec.LINK, () -> new Proof(bytes(64))),
                Map.entry(Codec.LINK, () -> new Ping(random.nextLong())),
                Map.entry(Codec.LINK, () -> new Pong(random.nextLong())),
                Map.entry(Codec.LINK, () -> new Goodbye(one(Goodbye.Code.values()), text(60))),
                Map.entry(Codec.ROUTING, () -> new RoutingFrame.Reach(random.nextBoolean(), costs())),
                Map.entry(Codec.ROUTING, () -> new RoutingFrame.LinkState(node(), counter(), costs(), costs())),
                Map.entry(Codec.PUSH_BACK, () -> new PushBack.Pause(node(), random.nextInt(60_001))),
                Map.entry(Codec.PUSH_BACK, () -> new PushBack.Resume(node())),
                Map.entry(Codec.PUSH_BACK, () -> new PushBack.Dropped(node(), random.nextLong(), random.nextBoolean())),
                Map.entry(Codec.REGISTRY, () -> new RegistryFrame.Document(bytes(1 + random.nextInt(50)), parts(0))),
                Map.entry(Codec.REGISTRY, RegistryFrame.SnapshotEnd::new),
                Map.entry(Codec.REGISTRY, () -> new RegistryFrame.Want(node(), list(1, this::digest))),
                Map.entry(Codec.REGISTRY, () -> new RegistryFrame.Parts(node(), parts(1))),
                Map.entry(Codec.REGISTRY, () -> new RegistryFrame.Beat(node(), counter(), counter(), bytes(64))),
                Map.entry(Codec.REGISTRY, () -> new RegistryFrame.Digest(random.nextLong(), random.nextLong())),
                Map.entry(
                        Codec.REGISTRY,
                        () -> new RegistryFrame.Summary(
                                random.nextBoolean(), list(0, () -> new RegistryFrame.Entry(node(), counter())))),
                Map.entry(Codec.REGISTRY, () -> new RegistryFrame.Subscribe(false, list(0, random::nextInt))),
                Map.entry(Codec.REGISTRY, () -> new RegistryFrame.Subscribe(true, List.of())),
                Map.entry(Codec.HEAD, this::head),
                Map.entry(Codec.HANDSHAKE, this::segment),
                Map.entry(Codec.HANDSHAKE, () -> new HandshakeFrame.Reject(one(HandshakeFrame.RejectCode.values()))),
                Map.entry(Codec.GREETING, this::greeting),
                Map.entry(Codec.CHANNEL, () -> new ChannelFrame.Ack(counter())),
                Map.entry(Codec.CHANNEL, () -> new ChannelFrame.Ping(random.nextLong())),
                Map.entry(Codec.CHANNEL, () -> new ChannelFrame.Pong(random.nextLong())),
                Map.entry(Codec.CHANNEL, () -> new ChannelFrame.InitialCredit(initialCredit())),
                Map.entry(Codec.CHANNEL, () -> new ChannelFrame.Close(one(ChannelFrame.CloseCode.values()), text(60))),
                Map.entry(Codec.STREAM, () -> new StreamFrame.Open(varint(), varint(), initialCredit(), buffer(80))),
                Map.entry(Codec.STREAM, () -> new StreamFrame.Data(varint(), buffer(300))),
                Map.entry(Codec.STREAM, () -> new StreamFrame.End(varint())),
                Map.entry(Codec.STREAM, () -> new StreamFrame.Reset(varint(), one(ResetCode.values()), text(60))),
                Map.entry(Codec.STREAM, () -> new StreamFrame.StopSending(varint())),
                Map.entry(Codec.STREAM, () -> new StreamFrame.Credit(varint(), varint())),
                Map.entry(Codec.METADATA, this::metadata),
                Map.entry(Codec.HTTP, this::requestHead),
                Map.entry(
                        Codec.HTTP,
                        () -> new HttpFrame.ResponseHead(
                                one(HttpFrame.Version.values()), 100 + random.nextInt(900), ascii(20), fields())),
                Map.entry(Codec.HTTP, () -> new HttpFrame.Body(buffer(300))),
                Map.entry(Codec.HTTP, () -> new HttpFrame.Trailers(fields())));
    }

    private PartDigest digest() {
        return new PartDigest(random.nextLong(), random.nextLong());
    }

    private DocumentHead head() {
        boolean leaving = random.nextInt(4) == 0;
        long sequence = 1L + random.nextInt(1_000);
        return new DocumentHead(bytes(32), sequence, leaving, leaving ? List.of() : list(1, this::digest), bytes(64));
    }

    private List<byte[]> parts(int least) {
        return list(least, () -> bytes(1 + random.nextInt(100)));
    }

    private <T> List<T> list(int least, Supplier<T> one) {
        List<T> list = new ArrayList<>();
        for (int i = least + random.nextInt(5); i > 0; i--) {
            list.add(one.get());
        }
        return list;
    }

    private Packet packet() {
        PacketKind kind = one(PacketKind.values());
        return new Packet(
                kind,
                random.nextInt(256),
                random.nextBoolean(),
                random.nextInt(kind.maxBodyBytes() + 1),
                node(),
                node(),
                random.nextLong(),
                random.nextInt(),
                random.nextLong());
    }

    private Hello hello() {
        int min = 1 + random.nextInt(255);
        int shards = 1 + random.nextInt(Hello.MAX_SHARDS);
        return new Hello(
                min,
                min + random.nextInt(256 - min),
                random.nextBoolean(),
                random.nextInt(shards),
                shards,
                ascii(100),
                bytes(Hello.NONCE_BYTES));
    }

    private HandshakeFrame segment() {
        int min = 1 + random.nextInt(255);
        byte[] piece = bytes(random.nextInt(60));
        return new HandshakeFrame.Segment(
                min,
                min + random.nextInt(256 - min),
                1 + random.nextInt(HandshakeFrame.MAX_SHARDS),
                random.nextInt(HandshakeFrame.MAX_STREAM_BYTES - piece.length + 1),
                random.nextInt(HandshakeFrame.MAX_STREAM_BYTES + 1),
                piece);
    }

    private ChannelGreeting greeting() {
        int min = 1 + random.nextInt(255);
        return new ChannelGreeting(
                min,
                min + random.nextInt(256 - min),
                1 + random.nextInt(HandshakeFrame.MAX_SHARDS),
                initialCredit(),
                ascii(100),
                bytes(ChannelGreeting.SIGNATURE_BYTES));
    }

    private OpenMetadata metadata() {
        return new OpenMetadata(
                label() + "/" + label(),
                1 + random.nextInt(65_535),
                one(CallProtocol.values()),
                1 + random.nextInt(255),
                random.nextBoolean() ? 0 : 1 + random.nextLong(OpenMetadata.MAX_DEADLINE_MICROS),
                random.nextBoolean() ? Optional.empty() : Optional.of(workload()),
                random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextLong()));
    }

    private Workload workload() {
        return new Workload(
                label(), random.nextBoolean() ? "" : label(), random.nextBoolean() ? "" : label() + "." + label());
    }

    private HttpFrame requestHead() {
        return new HttpFrame.RequestHead(
                one(HttpFrame.Version.values()),
                label(),
                label().substring(0, 1),
                ascii(30),
                "/" + ascii(90),
                fields());
    }

    private Fields fields() {
        Fields.Builder fields = new Fields.Builder();
        for (int i = random.nextInt(40); i > 0; i--) {
            fields.add(label(), ascii(90));
        }
        return fields.build();
    }

    private List<RoutingFrame.Cost> costs() {
        List<RoutingFrame.Cost> costs = new ArrayList<>();
        for (int i = random.nextInt(9); i > 0; i--) {
            costs.add(new RoutingFrame.Cost(node(), random.nextLong(RoutingFrame.GONE + 1)));
        }
        return costs;
    }

    private NodeId node() {
        return new NodeId(random.nextLong(), random.nextLong());
    }

    /// Of any magnitude, so that every width of a varint comes.
    private long varint() {
        return random.nextLong() >>> (2 + random.nextInt(62));
    }

    private int initialCredit() {
        return random.nextInt(InitialCredits.MAX + 1);
    }

    private long counter() {
        return random.nextLong() >>> (1 + random.nextInt(63));
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private ByteBuf buffer(int bound) {
        return Unpooled.wrappedBuffer(bytes(random.nextInt(bound)));
    }

    private String label() {
        String letters = "abcdefghijklmnopqrstuvwxyz0123456789";
        StringBuilder label = new StringBuilder();
        for (int i = 1 + random.nextInt(63); i > 0; i--) {
            label.append(letters.charAt(random.nextInt(letters.length())));
        }
        return label.toString();
    }

    private String ascii(int bound) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(bound); i > 0; i--) {
            text.append((char) ('!' + random.nextInt(94)));
        }
        return text.toString();
    }

    /// Characters of one to four bytes.
    private String text(int bound) {
        String alphabet = "aé飛𝄞";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(bound); i > 0; i--) {
            text.appendCodePoint(alphabet.codePointAt(random.nextInt(4)));
        }
        return text.toString();
    }

    private <E> E one(E[] values) {
        return values[random.nextInt(values.length)];
    }
}

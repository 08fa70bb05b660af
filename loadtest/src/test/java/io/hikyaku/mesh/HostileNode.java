package io.hikyaku.mesh;

import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.config.limits.RouteLimits;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.identity.Identity;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Statement;
import io.hikyaku.link.Link;
import io.hikyaku.link.LinkEvents;
import io.hikyaku.link.LinkSettings;
import io.hikyaku.link.PacketSink;
import io.hikyaku.link.dial.Links;
import io.hikyaku.link.session.LinkIdentity;
import io.hikyaku.net.EventLoops;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A member of the mesh with a valid certificate and a link, on which it sends what it likes.
final class HostileNode implements AutoCloseable, LinkEvents {
    private static final long PATIENCE_SECONDS = 60;

    private final EventLoops loops = EventLoops.start(1);
    private final BlockingQueue<Link> ups = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> downs = new LinkedBlockingQueue<>();
    private final Links links;
    private final NodeId id;

    private HostileNode(LinkIdentity own, String url) {
        id = own.key().nodeId();
        LinkSettings settings = LinkSettings.of(LinkLimits.DEFAULTS, RouteLimits.DEFAULTS);
        links = new Links(loops, own, settings, new SimpleMeterRegistry(), this);
        links.dial(LinkUrl.parse(url));
    }

    /// With a greeting that holds.
    static HostileNode dialling(Mesh mesh, String url) throws Exception {
        return new HostileNode(LinkIdentity.of(identity(mesh), InstanceKey.generate(), false, Set.of()), url);
    }

    /// With a statement about an instance key that it does not have.
    static HostileNode borrowingAnId(Mesh mesh, String url) throws Exception {
        Identity identity = identity(mesh);
        LinkIdentity own = LinkIdentity.of(identity, InstanceKey.generate(), false, Set.of());
        String foreign = Statement.sign(identity, InstanceKey.generate().publicKey());
        return new HostileNode(new LinkIdentity(identity, own.key(), foreign, own.tls(), false, Set.of()), url);
    }

    private static Identity identity(Mesh mesh) throws Exception {
        return Identity.load(mesh.clusterIdentity("mallory"), InstantSource.system());
    }

    NodeId id() {
        return id;
    }

    Link awaitUp() throws InterruptedException {
        return await(ups);
    }

    String awaitDown() throws InterruptedException {
        return await(downs);
    }

    boolean neverUp() {
        return ups.isEmpty();
    }

    /// A packet with text as its body.
    static ByteBuf packet(PacketKind kind, NodeId to, NodeId from, long channel) {
        byte[] body = "no frame at all, and nothing that was ever sealed"
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        ByteBuf packet = Unpooled.buffer();
        new Packet(kind, Packet.DEFAULT_HOP_LIMIT, true, body.length, to, from, channel, 0, 0).write(packet);
        return packet.writeBytes(body);
    }

    private static <T> T await(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("nothing happened to the link");
        }
        return next;
    }

    @Override
    public void onUp(Link link) {
        ups.add(link);
    }

    @Override
    public void onPacket(Link link, ByteBuf packet) {
        packet.release();
    }

    @Override
    public void onDrained(PacketSink link) {
        // It sends little.
    }

    @Override
    public void onDown(PacketSink link, String reason) {
        downs.add(reason);
    }

    @Override
    public void close() {
        links.stop(Duration.ZERO).orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        loops.close();
    }
}

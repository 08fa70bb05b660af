package io.hikyaku.mesh;

import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.config.limits.RouteLimits;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.identity.Identity;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Member;
import io.hikyaku.link.Link;
import io.hikyaku.link.LinkEvents;
import io.hikyaku.link.LinkSettings;
import io.hikyaku.link.PacketSink;
import io.hikyaku.link.dial.Links;
import io.hikyaku.link.session.LinkIdentity;
import io.hikyaku.loop.Loop;
import io.hikyaku.loop.NettyLoop;
import io.hikyaku.net.EventLoops;
import io.hikyaku.registry.flood.FloodReceivers;
import io.hikyaku.registry.flood.RegistryFlood;
import io.hikyaku.route.LocalNode;
import io.hikyaku.route.Router;
import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A relay made of the real one's parts, in which a test sees every packet as the relay sees it, after TLS has been
/// taken off, and may change it, hold it back or repeat it.
final class TappedRelay implements AutoCloseable, LinkEvents {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// Gets each packet that arrives, on its link's event loop.
    interface Tap {
        /// @param packet owned by the tap
        /// @param on takes what goes on to the router
        void onPacket(ByteBuf packet, Consumer<ByteBuf> on);
    }

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final DefaultEventExecutor controlThread = new DefaultEventExecutor();
    private final EventLoops loops = EventLoops.start(2);
    private final Router router;
    private final RegistryFlood flood;
    private final Links links;
    private final LinkUrl url;
    private volatile Tap tap = (packet, on) -> on.accept(packet);

    private TappedRelay(Identity identity) throws Exception {
        InstanceKey key = InstanceKey.generate();
        Loop control = new NettyLoop("the control loop", controlThread, loops.vertx());
        router = new Router(key.nodeId(), true, loops.count(), RouteLimits.DEFAULTS, control, meters);
        flood = new RegistryFlood(key.nodeId(), true, RegistryLimits.DEFAULTS, control, FloodReceivers.none(), meters);
        router.attach(LocalNode.none());
        router.attach(flood);
        LinkIdentity own = LinkIdentity.of(identity, key, true, Set.of());
        links = new Links(loops, own, LinkSettings.of(LinkLimits.DEFAULTS, RouteLimits.DEFAULTS), meters, this);
        url = links.listen(LinkUrl.parse("tls://127.0.0.1:0")).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /// Starts one, which ends with the mesh.
    static TappedRelay in(Mesh mesh) throws Exception {
        Identity identity = Identity.load(mesh.identity(Member.relay(mesh.name(), "tapped")), InstantSource.system());
        return mesh.closedAtTheEnd(new TappedRelay(identity));
    }

    String url() {
        return url.toString();
    }

    /// From the next packet on.
    void tap(Tap next) {
        tap = next;
    }

    /// A tap for the DATA packets of bridges, which lets the others pass.
    static Tap onData(Tap data) {
        return (packet, on) -> {
            if (Packet.kind(packet) == PacketKind.DATA) {
                data.onPacket(packet, on);
            } else {
                on.accept(packet);
            }
        };
    }

    @Override
    public void onUp(Link link) {
        router.onUp(link);
    }

    @Override
    public void onPacket(Link link, ByteBuf packet) {
        tap.onPacket(packet, passed -> router.onPacket(link, passed));
    }

    @Override
    public void onDrained(PacketSink link) {
        router.onDrained(link);
    }

    @Override
    public void onDown(PacketSink link, String reason) {
        router.onDown(link, reason);
    }

    @Override
    public void close() {
        links.stop(Duration.ZERO)
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
        router.close();
        flood.close();
        loops.close();
        controlThread.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}

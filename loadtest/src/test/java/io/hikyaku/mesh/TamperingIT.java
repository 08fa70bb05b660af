package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.loop.Await;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.Packet;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A relay that changes, swallows, repeats or reorders packets: harmless, or noticed at both ends.
@Timeout(120)
class TamperingIT {
    private static final ToldProblem CHANGED = new ToldProblem(502, "proxy_internal_error", 13);

    @TempDir
    Path folder;

    private final AtomicReference<TappedRelay> relay = new AtomicReference<>();
    private TwoClusters clusters;

    @BeforeEach
    void start() throws Exception {
        clusters = TwoClusters.over(
                mesh -> {
                    relay.set(TappedRelay.in(mesh));
                    return Carrier.Links.both(Mesh.linksTo(relay.get().url()));
                },
                folder);
        clusters.tokyo.awaitAnswer("shop/orders");
    }

    @AfterEach
    void stop() throws Exception {
        clusters.close();
    }

    private void tapData(TappedRelay.Tap tap) {
        relay.get().tap(TappedRelay.onData(tap));
    }

    private void changeNothing() {
        relay.get().tap((packet, on) -> on.accept(packet));
    }

    /// Does something to the next packet for osaka in each channel: the next one of all may be a probe of another
    /// channel than the one that a test looks at.
    private void onceToOsaka(TappedRelay.Tap action) {
        NodeId osaka = clusters.osaka.node().nodeId();
        Set<Long> done = ConcurrentHashMap.newKeySet();
        tapData((packet, on) -> {
            if (Packet.destination(packet).equals(osaka) && done.add(Packet.channel(packet))) {
                action.onPacket(packet, on);
            } else {
                on.accept(packet);
            }
        });
    }

    /// A stream that carries bytes both ways is reset at both ends, and calls go on afterwards.
    private void assertResetAtBothEnds(Talk caller) throws Exception {
        assertTrue(caller.hearReset());
        assertTrue(clusters.tcp.takeEnding().contains("reset"));
        changeNothing();
        clusters.tokyo.awaitAnswer("shop/orders");
        clusters.tokyo.admin().awaitQuiet();
        clusters.osaka.admin().awaitQuiet();
    }

    private Talk openLine() throws Exception {
        clusters.tcp.follow(service -> {
            service.say("ready");
            service.hearAll();
        });
        Talk caller = clusters.toLine();
        caller.hear(5);
        return caller;
    }

    @Test
    void aFlippedBitIsNoticedAndTheStreamsReset() throws Exception {
        try (Talk caller = openLine()) {
            // When
            onceToOsaka(TamperingIT::flipABit);
            caller.say("changed on the way");

            // Then
            Await.until(
                    "the change is counted",
                    () -> clusters.osaka.admin().sum("hikyaku_channel_packets_unauthentic_total") > 0);
            assertResetAtBothEnds(caller);
        }
    }

    @Test
    void callsWhosePacketsAreChangedFailWithoutADetail() throws Exception {
        // Given
        clusters.osaka.admin().awaitQuiet(); // connections that are kept would go on with the old script
        CountDownLatch reached = new CountDownLatch(3);
        clusters.http.follow(service -> {
            Http2Bytes.hearFirst(service);
            reached.countDown();
            service.hearAll();
        });
        int port = clusters.tokyo.port("shop/orders", 80);
        try (Http2Caller caller = new Http2Caller();
                Talk talk = Talk.with(port).say(ToldProblem.post(""))) {
            Future<Http2Caller.Told> plain = caller.begin(HttpMethod.POST, port, Http2Caller.PLAIN, Map.of())
                    .compose(Http2Caller::told);
            Future<Http2Caller.Told> grpc = caller.begin(HttpMethod.POST, port, Http2Caller.GRPC, Map.of())
                    .compose(Http2Caller::told);
            assertTrue(reached.await(60, TimeUnit.SECONDS));

            // When
            onceToOsaka(TamperingIT::flipABit);

            // Then
            Talk.Answer answer = talk.hearAnswer();
            CHANGED.requireInHttp11(answer);
            assertEquals(
                    "hikyaku-tokyo; error=proxy_internal_error", answer.head().field("Proxy-Status"));
            CHANGED.requireInHttp2(WebService.done(plain));
            CHANGED.requireInGrpc(WebService.done(grpc));
        }
        changeNothing();
        clusters.http.follow(new HttpScript("osaka"));
        clusters.tokyo.awaitAnswer("shop/orders");
    }

    private static void flipABit(ByteBuf packet, Consumer<ByteBuf> on) {
        int last = packet.writerIndex() - 1;
        on.accept(packet.setByte(last, packet.getByte(last) ^ 1));
    }

    @Test
    void aSwallowedPacketResetsTheStreams() throws Exception {
        try (Talk caller = openLine()) {
            // When
            onceToOsaka((packet, _) -> packet.release());
            caller.say("lost on the way");

            // Then
            assertResetAtBothEnds(caller);
        }
    }

    @Test
    void aWayThatStaysSilentResetsTheStreams() throws Exception {
        try (Talk caller = openLine()) {
            // When
            tapData((packet, _) -> packet.release());

            // Then
            assertTrue(caller.hearReset());
            assertTrue(clusters.tcp.takeEnding().contains("reset"));
            changeNothing();
            clusters.tokyo.awaitAnswer("shop/orders");
        }
    }

    @Test
    void repeatedPacketsDoNothing() throws Exception {
        // When
        tapData((packet, on) -> {
            ByteBuf again = packet.copy();
            on.accept(packet);
            on.accept(again);
        });

        // Then
        assertCallsSucceed();
        assertTrue(clusters.osaka.admin().sum("hikyaku_channel_packets_duplicate_total") > 0);
    }

    @Test
    void reorderedPacketsArePutInOrder() throws Exception {
        // Given: every other packet for osaka waits for the one after it
        NodeId osaka = clusters.osaka.node().nodeId();
        AtomicReference<ByteBuf> held = new AtomicReference<>();
        tapData((packet, on) -> {
            if (!Packet.destination(packet).equals(osaka)) {
                on.accept(packet);
                return;
            }
            ByteBuf before = held.getAndSet(null);
            if (before == null) {
                held.set(packet);
            } else {
                on.accept(packet);
                on.accept(before);
            }
        });

        // When
        long bytes = 1 << 20;
        String sum;
        try (Talk caller = clusters.toOrders()) {
            caller.say("PUT /upload HTTP/1.1\r\nHost: a\r\nContent-Length: " + bytes + "\r\n\r\n");
            new HttpScript.Bulk(bytes).transferTo(caller.out());
            sum = caller.hearAnswer().body();
        }

        // Then
        assertEquals(HttpScript.Bulk.sum(new HttpScript.Bulk(bytes), bytes), sum);
        assertTrue(clusters.osaka.admin().sum("hikyaku_channel_packets_reordered_total") > 0);
        ByteBuf left = held.getAndSet(null);
        if (left != null) {
            left.release();
        }
    }

    private void assertCallsSucceed() throws Exception {
        for (int call = 0; call < 20; call++) {
            assertEquals("osaka", clusters.tokyo.get("shop/orders", "/name").body());
        }
    }
}

package io.hikyaku.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.Candidate.Standing;
import io.hikyaku.channel.Identities;
import io.hikyaku.channel.LocalIdentity;
import io.hikyaku.config.ChannelLimits;
import io.hikyaku.stream.Pair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An exporter over real channels, in virtual time.
class ChannelWayTest {
    private static final Duration HANDSHAKE = ChannelLimits.DEFAULTS.handshakeTimeout();
    private static final Duration SOON = Duration.ofSeconds(1);

    @TempDir
    static Path directory;

    private static LocalIdentity tokyo;
    private static LocalIdentity osaka;

    private Pair pair;
    private RemoteExporter exporter;

    @BeforeAll
    static void makeIdentities() throws Exception {
        Identities identities = new Identities("demo", directory);
        tokyo = identities.cluster("tokyo");
        osaka = identities.cluster("osaka");
    }

    @BeforeEach
    void join() {
        pair = new Pair(tokyo, osaka);
        ChannelWay way = new ChannelWay(pair.right.node(), pair.left.channels);
        exporter = new RemoteExporter("osaka", way, pair.time::nanos, () -> 0);
    }

    private void awaitReady() {
        pair.time.await("a channel", SOON, () -> exporter.standing() == Standing.READY);
    }

    @Test
    void aPreparedChannelIsReadyAndMeasured() {
        exporter.prepare();
        awaitReady();

        pair.time.await("a measurement", SOON, () -> exporter.roundTripNanos() >= 0);
        assertEquals(2, Duration.ofNanos(exporter.roundTripNanos()).toMillis(), 1);
    }

    @Test
    void aChannelThatTheOtherSideMadeIsReadyToo() {
        pair.right.channels.to(pair.left.node());

        awaitReady();
        assertEquals(1, pair.left.counters.opened.sum());
    }

    @Test
    void oneThatCrashedIsOutOnceItsHandshakeCameToNothingAndBackWhenOneSucceeds() {
        pair.left.fault = Pair::swallow;
        exporter.prepare();
        pair.time.run(HANDSHAKE.minus(SOON));
        assertEquals(Standing.UNREADY, exporter.standing());
        pair.time.run(SOON.multipliedBy(4));
        assertEquals(Standing.FAILED, exporter.standing());
        pair.left.fault = UnaryOperator.identity();

        pair.time.run(Duration.ofSeconds(5));
        assertEquals(Standing.UNREADY, exporter.standing());
        exporter.prepare();
        awaitReady();
    }

    @Test
    void aChannelThatIsLostLeavesItsDistance() {
        exporter.prepare();
        awaitReady();
        pair.time.await("a measurement", SOON, () -> exporter.roundTripNanos() >= 0);
        pair.left.channels.onUnreachable(pair.right.node());
        pair.time.run(Duration.ofSeconds(5));

        assertEquals(Standing.UNREADY, exporter.standing());
        assertTrue(exporter.roundTripNanos() >= 0);
    }
}

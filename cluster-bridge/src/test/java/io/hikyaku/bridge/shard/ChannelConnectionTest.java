package io.hikyaku.bridge.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.balance.Candidate;
import io.hikyaku.balance.Candidate.Standing;
import io.hikyaku.call.Problem;
import io.hikyaku.channel.Identities;
import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.stream.Pair;
import io.hikyaku.stream.StreamOpener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
        ChannelConnection connection = new ChannelConnection(pair.right.node(), pair.left.channels);
        exporter = new RemoteExporter("osaka", 1, connection, pair.time::nanos, () -> 0);
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

    private List<String> waitForIt() {
        List<String> told = new ArrayList<>();
        exporter.whenReady(new Candidate.Waiter() {
            @Override
            public void onReady(StreamOpener opener) {
                told.add("ready");
            }

            @Override
            public void onUnreachable(Problem why) {
                told.add(why.toString());
            }
        });
        return told;
    }

    @Test
    void aCallIsToldOnceItsChannelStandsAndAtOnceAfterwards() {
        List<String> first = waitForIt();
        assertEquals(List.of(), first);

        pair.time.await("a channel", SOON, () -> !first.isEmpty());
        assertEquals(List.of("ready"), first);
        assertEquals(List.of("ready"), waitForIt());
    }

    @Test
    void aCallIsToldThatNobodyAnswers() {
        pair.left.fault = Pair::swallow;
        List<String> told = waitForIt();

        pair.time.await("an end", HANDSHAKE.plus(SOON.multipliedBy(2)), () -> !told.isEmpty());
        assertEquals(List.of("UNREACHABLE"), told);
    }

    @Test
    void aCallIsToldThatTheOtherSideHasNoMemoryLeft() {
        pair.right.useUpBudget();
        List<String> told = waitForIt();

        pair.time.await("an end", HANDSHAKE, () -> !told.isEmpty());
        assertEquals(List.of("OVERLOADED"), told);
    }

    @Test
    void aCallIsToldThatThisSideHasNoMemoryLeft() {
        pair.left.useUpBudget();

        assertEquals(List.of("OVERLOADED"), waitForIt());
    }

    @Test
    void aCallIsToldThatTheHandshakeWasChangedOnTheWay() {
        pair.right.fault =
                packet -> packet.setByte(packet.writerIndex() - 1, packet.getByte(packet.writerIndex() - 1) ^ 1);
        List<String> told = waitForIt();

        pair.time.await("an end", HANDSHAKE, () -> !told.isEmpty());
        assertEquals(List.of("INTERNAL"), told);
    }

    @Test
    void aChannelThatDoesNotAnswerIsSilentLongBeforeItIsDead() {
        exporter.prepare();
        awaitReady();
        pair.time.await("a measurement", SOON, () -> exporter.roundTripNanos() >= 0);
        pair.left.fault = Pair::swallow;

        pair.left.open("call");
        pair.time.run(SOON.multipliedBy(2));
        assertEquals(Standing.UNREADY, exporter.standing());
        assertEquals(1, pair.left.channels.open().size());
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

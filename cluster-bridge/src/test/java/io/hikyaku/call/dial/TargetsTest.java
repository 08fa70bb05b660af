package io.hikyaku.call.dial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.balance.OutlierDetector;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.CallMetrics;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.AcceptLimiter;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.stream.credit.MemoryBudget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TargetsTest {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Targets targets = new Targets(
            EmbeddedChannel.builder().ticker(ticker).build().eventLoop(),
            new Bootstrap(),
            AcceptLimiter.ofThisProcess(),
            new ExportPort(
                    "main",
                    80,
                    Protocol.TCP,
                    List.of(Target.parse("10.0.0.1:80"), Target.parse("10.0.0.2:80"), Target.parse("10.0.0.3:80"))),
            new CallContext(
                    "tokyo", CallLimits.DEFAULTS, Duration.ofSeconds(2), new CallMetrics(meters), new MemoryBudget(0)),
            "shop/orders:80",
            () -> 0);

    private List<Integer> picks(int count) {
        List<Integer> picked = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            picked.add(targets.pick());
        }
        return picked;
    }

    private void fail(int target) {
        targets.onConnectFailed(target, targets.beginConnect(target));
    }

    private void putOut(int target) {
        for (int i = 0; i < Targets.FAILURES; i++) {
            fail(target);
        }
    }

    private void pass(Duration time) {
        ticker.advance(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    private double ejected() {
        return meters.get("hikyaku.targets.ejected").gauge().value();
    }

    @Test
    void equalsTakeTurns() {
        assertEquals(List.of(0, 1, 2, 0, 1, 2), picks(6));
    }

    @Test
    void theOneWithTheFewestCallsIsPicked() {
        targets.begin(0);
        targets.begin(1);

        assertEquals(List.of(2, 2), picks(2));
    }

    private List<Integer> picksFor(int affinities) {
        List<Integer> picked = new ArrayList<>();
        for (long affinity = 0; affinity < affinities; affinity++) {
            picked.add(targets.pick(OptionalLong.of(affinity)));
        }
        return picked;
    }

    @Test
    void callsThatAreToStayTogetherGoToOneHoweverBusyItIs() {
        List<Integer> before = picksFor(60);
        assertEquals(Set.of(0, 1, 2), Set.copyOf(before));

        before.forEach(targets::begin);
        targets.pick();

        assertEquals(before, picksFor(60));
    }

    @Test
    void oneThatIsEjectedLosesItsCallsAndGetsThemBackAndNobodyElsesMove() {
        // Given
        List<Integer> before = picksFor(60);

        // When
        putOut(1);

        // Then
        List<Integer> without = picksFor(60);
        for (int i = 0; i < before.size(); i++) {
            int own = before.get(i);
            assertTrue(own == 1 ? without.get(i) != 1 : without.get(i) == own, own + " " + without.get(i));
        }
        assertEquals(Set.of(0, 2), Set.copyOf(without));
        pass(OutlierDetector.FIRST_EJECTION);
        assertEquals(before, picksFor(60));
    }

    @Test
    void callsThatAreToStayTogetherGoToTheLeastBadWhenAllAreEjected() {
        // Given
        putOut(2);
        pass(OutlierDetector.FIRST_EJECTION);
        fail(2);

        // When
        putOut(0);
        putOut(1);

        // Then
        assertEquals(Set.of(0, 1), Set.copyOf(picksFor(60)));
    }

    @Test
    void oneThatRefusesOftenEnoughIsSkippedForAWhile() {
        fail(1);
        assertEquals(List.of(0, 1, 2), picks(3));
        fail(1);

        assertEquals(List.of(0, 2, 0, 2), picks(4));
        assertEquals(1, ejected());

        pass(OutlierDetector.FIRST_EJECTION);
        assertTrue(picks(3).contains(1));
    }

    @Test
    void oneConnectAtATimeProbesAndOneThatSucceedsRestores() {
        putOut(1);
        pass(OutlierDetector.FIRST_EJECTION);
        int probe = targets.beginConnect(1);
        targets.finish(1); // so that what is outstanding does not decide
        assertEquals(List.of(0, 2, 0, 2), picks(4));

        targets.begin(1);
        targets.onConnected(1, probe);

        assertTrue(picks(3).contains(1));
        assertEquals(0, ejected());
    }

    @Test
    void aProbeThatNobodyWaitsForLeavesRoomForAnother() {
        putOut(1);
        pass(OutlierDetector.FIRST_EJECTION);
        targets.onConnectCancelled(1, targets.beginConnect(1));

        assertTrue(picks(3).contains(1));
    }

    @Test
    void whenAllAreOutTheLeastBadIsPicked() {
        putOut(0);
        pass(OutlierDetector.FIRST_EJECTION);
        fail(0); // the probe: out for the second time
        putOut(1);
        putOut(2);

        assertEquals(List.of(1, 2, 1, 2), picks(4));
        assertEquals(3, ejected());
    }

    @Test
    void thoseThatAreOutAreTriedAfterTheOthersAndEachOnce() {
        putOut(0);
        BitSet tried = new BitSet();
        List<Integer> order = new ArrayList<>();
        for (int next = targets.pickOther(tried); next >= 0; next = targets.pickOther(tried)) {
            order.add(next);
            tried.set(next);
        }

        assertEquals(List.of(1, 2, 0), order);
    }

    @Test
    void aPortThatIsExportedNoMoreCountsNobody() {
        putOut(0);
        int late = targets.beginConnect(1);
        targets.close();
        targets.onConnectFailed(1, late);

        assertEquals(0, ejected());
    }
}

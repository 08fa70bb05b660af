package io.hikyaku.call.dial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import io.hikyaku.wire.stream.ResetCode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TargetsTest {
    private final MockTicker ticker = Ticker.newMockTicker();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<ResetCode> failures = new ArrayList<>();
    private final Targets targets = new Targets(
            EmbeddedChannel.builder().ticker(ticker).build().eventLoop(),
            new Bootstrap(),
            AcceptLimiter.ofThisProcess(),
            new ExportPort("main", 80, Protocol.TCP, hosts(1, 2, 3)),
            new CallContext(
                    "tokyo", CallLimits.DEFAULTS, Duration.ofSeconds(2), new CallMetrics(meters), new MemoryBudget(0)),
            "shop/orders:80",
            () -> 0);

    private final List<TargetEndpoint> first = targets.all();
    private final List<String> retired = new ArrayList<>();

    private static List<Target> hosts(int... numbers) {
        return IntStream.of(numbers)
                .mapToObj(number -> Target.parse("10.0.0." + number + ":80"))
                .toList();
    }

    private void change(int... hosts) {
        targets.change(hosts(hosts), gone -> retired.add(name(gone))).run();
    }

    /// The last part of its address; empty: none.
    private static String name(@Nullable TargetEndpoint endpoint) {
        return endpoint == null ? "" : endpoint.target().address().host().replace("10.0.0.", "");
    }

    private List<String> picks(int count) {
        List<String> picked = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            picked.add(name(targets.pick()));
        }
        return picked;
    }

    private Dial dial() {
        return new Dial(targets, new Dial.Waiter() {
            @Override
            public void onConnected(Channel channel, TargetEndpoint target) {
                throw new AssertionError("nothing is connected here");
            }

            @Override
            public void onFailed(ResetCode code, String detail) {
                failures.add(code);
            }
        });
    }

    private void fail(TargetEndpoint target) {
        Dial dial = dial();
        target.onConnectFailed(dial, target.beginConnect(dial));
    }

    private void putOut(TargetEndpoint target) {
        for (int i = 0; i < TargetEndpoint.FAILURES; i++) {
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
        assertEquals(List.of("1", "2", "3", "1", "2", "3"), picks(6));
    }

    @Test
    void theOneWithTheFewestCallsIsPicked() {
        first.get(0).begin();
        first.get(1).begin();

        assertEquals(List.of("3", "3"), picks(2));
    }

    private List<String> picksFor(int affinities) {
        List<String> picked = new ArrayList<>();
        for (long affinity = 0; affinity < affinities; affinity++) {
            picked.add(name(targets.pick(OptionalLong.of(affinity))));
        }
        return picked;
    }

    private void assertOnlyThoseOfMoved(String gone, List<String> before, List<String> now) {
        for (int i = 0; i < before.size(); i++) {
            boolean moved = !now.get(i).equals(before.get(i));
            assertEquals(before.get(i).equals(gone), moved, before.get(i) + " " + now.get(i));
        }
    }

    @Test
    void callsThatAreToStayTogetherGoToOneHoweverBusyItIs() {
        List<String> before = picksFor(60);
        assertEquals(Set.of("1", "2", "3"), Set.copyOf(before));

        first.getFirst().begin();
        targets.pick();

        assertEquals(before, picksFor(60));
    }

    @Test
    void oneThatIsEjectedLosesItsCallsAndGetsThemBackAndNobodyElsesMove() {
        // Given
        List<String> before = picksFor(60);

        // When
        putOut(first.get(1));

        // Then
        assertOnlyThoseOfMoved("2", before, picksFor(60));
        pass(OutlierDetector.FIRST_EJECTION);
        assertEquals(before, picksFor(60));
    }

    @Test
    void onlyTheCallsOfATargetThatGoesMove() {
        // Given
        List<String> before = picksFor(60);

        // When
        change(1, 3);

        // Then
        assertOnlyThoseOfMoved("2", before, picksFor(60));
        change(3, 2, 1);
        assertEquals(before, picksFor(60));
    }

    @Test
    void callsThatAreToStayTogetherGoToTheLeastBadWhenAllAreEjected() {
        // Given
        putOut(first.get(2));
        pass(OutlierDetector.FIRST_EJECTION);
        fail(first.get(2));

        // When
        putOut(first.get(0));
        putOut(first.get(1));

        // Then
        assertEquals(Set.of("1", "2"), Set.copyOf(picksFor(60)));
    }

    @Test
    void oneThatRefusesOftenEnoughIsSkippedForAWhile() {
        fail(first.get(1));
        assertEquals(List.of("1", "2", "3"), picks(3));
        fail(first.get(1));

        assertEquals(List.of("1", "3", "1", "3"), picks(4));
        assertEquals(1, ejected());

        pass(OutlierDetector.FIRST_EJECTION);
        assertTrue(picks(3).contains("2"));
    }

    @Test
    void oneConnectAtATimeProbesAndOneThatSucceedsRestores() {
        TargetEndpoint second = first.get(1);
        putOut(second);
        pass(OutlierDetector.FIRST_EJECTION);
        Dial dial = dial();
        int probe = second.beginConnect(dial);
        second.finish(); // so that what is outstanding does not decide
        assertEquals(List.of("1", "3", "1", "3"), picks(4));

        second.begin();
        second.onConnected(dial, probe);

        assertTrue(picks(3).contains("2"));
        assertEquals(0, ejected());
    }

    @Test
    void aProbeThatNobodyWaitsForLeavesRoomForAnother() {
        TargetEndpoint second = first.get(1);
        putOut(second);
        pass(OutlierDetector.FIRST_EJECTION);
        Dial dial = dial();
        second.onConnectCancelled(dial, second.beginConnect(dial));

        assertTrue(picks(3).contains("2"));
    }

    @Test
    void whenAllAreOutTheLeastBadIsPicked() {
        putOut(first.get(0));
        pass(OutlierDetector.FIRST_EJECTION);
        fail(first.get(0)); // the probe: out for the second time
        putOut(first.get(1));
        putOut(first.get(2));

        assertEquals(List.of("2", "3", "2", "3"), picks(4));
        assertEquals(3, ejected());
    }

    @Test
    void thoseThatAreOutAreTriedAfterTheOthersAndEachOnce() {
        putOut(first.get(0));
        Set<TargetEndpoint> tried = new HashSet<>();
        List<String> order = new ArrayList<>();
        for (TargetEndpoint next = targets.pickOther(tried); next != null; next = targets.pickOther(tried)) {
            order.add(name(next));
            tried.add(next);
        }

        assertEquals(List.of("2", "3", "1"), order);
    }

    @Test
    void aPortThatIsExportedNoMoreCountsNobody() {
        putOut(first.get(0));
        putOut(first.get(1));
        targets.close();
        putOut(first.get(2));
        change(4);
        putOut(targets.all().getFirst());

        assertEquals(0, ejected());
    }

    @Test
    void oneThatStaysKeepsItsHealthAndWhatIsOutstanding() {
        // Given
        putOut(first.get(1));
        first.get(2).begin();

        // When
        change(3, 4, 2);

        // Then
        assertEquals(
                List.of(first.get(2), first.get(1)),
                List.of(targets.all().get(0), targets.all().get(2)));
        assertEquals(List.of("4", "4"), picks(2));
        assertEquals(1, ejected());
        assertEquals(List.of("1"), retired);
    }

    @Test
    void oneThatIsGoneIsNeverPickedAndCountsNoLonger() {
        // Given
        putOut(first.get(0));
        first.get(1).begin();
        assertEquals(List.of("3", "3"), picks(2));

        // When
        change(3);

        // Then
        assertEquals(List.of("1", "2"), retired);
        assertEquals(List.of("3", "3", "3"), picks(3));
        assertEquals(0, ejected());

        // When what ran there ends, and something fails there after all
        first.get(1).finish();
        putOut(first.get(1));

        // Then
        assertEquals(0, first.get(1).outstanding());
        assertThrows(IllegalStateException.class, () -> first.get(1).finish());
        assertEquals(0, ejected());
    }

    @Test
    void oneThatComesBackStartsAnew() {
        // Given
        putOut(first.get(0));
        change(2, 3);

        // When
        change(1, 2, 3);

        // Then
        assertNotEquals(first.getFirst(), targets.all().getFirst());
        assertTrue(picks(3).contains("1"));
        assertEquals(0, ejected());
    }

    @Test
    void aChangeThatIsNotRunChangesNothing() {
        // When
        targets.change(hosts(4), gone -> retired.add(name(gone)));

        // Then
        assertEquals(first, targets.all());
        assertEquals(List.of(), retired);
    }

    @Test
    void aTargetThatIsListedTwiceCountsOnce() {
        // When
        change(4, 4, 3, 3);

        // Then
        assertEquals(
                List.of("4", "3"), targets.all().stream().map(TargetsTest::name).toList());
    }

    @Test
    void thereMayBeNone() {
        // When
        change();
        dial().start();

        // Then
        assertEquals(List.of("", ""), picks(2));
        assertEquals(List.of(ResetCode.NO_TARGET), failures);
        change(5);
        assertEquals(List.of("5", "5"), picks(2));
    }

    @Test
    void whoeverConnectsToTheLastOneThatGoesHearsThatThereIsNone() {
        // Given
        Dial dial = dial();
        first.getFirst().beginConnect(dial);

        // When
        change();

        // Then
        assertEquals(List.of(ResetCode.NO_TARGET), failures);
    }
}

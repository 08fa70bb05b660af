package io.hikyaku.bridge.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.balance.Candidate.Standing;
import io.hikyaku.balance.Candidate.Waiter;
import io.hikyaku.bridge.shard.RemoteExporter.Connection.State;
import io.hikyaku.call.Problem;
import io.hikyaku.stream.StreamOpener;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RemoteExporterTest {
    private static final Duration FIRST_EJECTION = Duration.ofSeconds(5);

    private final ScriptedWay connection = new ScriptedWay();
    private long nanos = 1;
    private final RemoteExporter exporter = new RemoteExporter("osaka", 1, connection, () -> nanos, () -> 0);

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Test
    void oneWithoutAChannelIsUnready() {
        assertEquals(Standing.UNREADY, exporter.standing());
        assertEquals(-1, exporter.roundTripNanos());
    }

    @Test
    void preparingOpensOneChannel() {
        exporter.prepare();
        exporter.prepare();

        assertEquals(1, connection.opened);
        assertEquals(Standing.UNREADY, exporter.standing());

        connection.state = State.OPEN;
        exporter.prepare();
        assertEquals(1, connection.opened);
        assertEquals(Standing.READY, exporter.standing());
    }

    @Test
    void aHandshakeThatFailsPutsItOutForAWhileThoughNobodyWaitsForIt() {
        exporter.prepare();
        connection.fail();

        assertEquals(Standing.FAILED, exporter.standing());

        pass(FIRST_EJECTION.minusNanos(1));
        assertEquals(Standing.FAILED, exporter.standing());

        pass(Duration.ofNanos(1));
        assertEquals(Standing.UNREADY, exporter.standing());
    }

    @Test
    void anotherFailurePutsItOutForTwiceAsLong() {
        exporter.prepare();
        connection.fail();
        exporter.standing();
        pass(FIRST_EJECTION);
        exporter.prepare();
        assertEquals(Standing.UNREADY, exporter.standing());
        connection.fail();
        exporter.standing();

        pass(FIRST_EJECTION.multipliedBy(2).minusNanos(1));
        assertEquals(Standing.FAILED, exporter.standing());

        pass(Duration.ofNanos(1));
        assertEquals(Standing.UNREADY, exporter.standing());
    }

    @Test
    void aChannelThatStandsEndsTheTimeOut() {
        exporter.prepare();
        connection.fail();
        exporter.standing();

        connection.state = State.OPEN; // the other side made it
        assertEquals(Standing.READY, exporter.standing());

        connection.state = State.NONE;
        assertEquals(Standing.UNREADY, exporter.standing());
    }

    @Test
    void aCallThatComesAlthoughItIsOutOpensAChannel() {
        exporter.prepare();
        connection.fail();
        exporter.standing();
        exporter.whenReady(nobody());

        assertEquals(2, connection.opened);
        assertEquals(1, connection.waiting);
        assertEquals(Standing.UNREADY, exporter.standing());
    }

    @Test
    void oneThatDoesNotAnswerIsUnreadyAsLongAsItDoesNot() {
        connection.state = State.OPEN;
        connection.silent = true;
        assertEquals(Standing.UNREADY, exporter.standing());

        connection.silent = false;
        assertEquals(Standing.READY, exporter.standing());
    }

    @Test
    void aLostChannelIsNoFailure() {
        connection.state = State.OPEN;
        exporter.standing();
        connection.state = State.NONE;

        assertEquals(Standing.UNREADY, exporter.standing());
    }

    @Test
    void theDistanceIsThatOfTheChannelAndRememberedForAWhile() {
        connection.state = State.OPEN;
        connection.roundTripNanos = 7;
        assertEquals(7, exporter.roundTripNanos());
        connection.roundTripNanos = 9;
        assertEquals(9, exporter.roundTripNanos());
        connection.state = State.NONE;
        connection.roundTripNanos = -1;
        exporter.standing();

        pass(RemoteExporter.DISTANCE_KEPT.minusNanos(1));
        assertEquals(9, exporter.roundTripNanos());

        pass(Duration.ofNanos(1));
        assertEquals(-1, exporter.roundTripNanos());
    }

    @Test
    void aNewChannelHasTheOldDistanceUntilItIsMeasured() {
        connection.state = State.OPEN;
        connection.roundTripNanos = 7;
        exporter.roundTripNanos();
        connection.state = State.NONE;
        exporter.standing();
        connection.state = State.OPEN;
        connection.roundTripNanos = -1;

        assertEquals(7, exporter.roundTripNanos());
    }

    private static Waiter nobody() {
        return new Waiter() {
            @Override
            public void onReady(StreamOpener opener) {
                throw new AssertionError("nothing is to be opened");
            }

            @Override
            public void onUnreachable(Problem why) {
                throw new AssertionError(why);
            }
        };
    }

    private static final class ScriptedWay implements RemoteExporter.Connection {
        private State state = State.NONE;
        private int failures;
        private int opened;
        private int waiting;
        private boolean silent;
        private long roundTripNanos = -1;

        void fail() {
            state = State.NONE;
            failures++;
        }

        @Override
        public State state() {
            return state;
        }

        @Override
        public int failures() {
            return failures;
        }

        @Override
        public long roundTripNanos() {
            return roundTripNanos;
        }

        @Override
        public boolean isSilent() {
            return silent;
        }

        @Override
        public void open() {
            opened++;
            state = state == State.NONE ? State.OPENING : state;
        }

        @Override
        public void await(Waiter waiter) {
            waiting++;
        }
    }
}

package io.hikyaku.stream;

import static io.hikyaku.stream.ScriptedPeer.SOON;
import static io.hikyaku.stream.ScriptedPeer.data;
import static io.hikyaku.stream.ScriptedPeer.open;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.ChannelLimits;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.stream.credit.WindowBudget;
import io.hikyaku.wire.channel.ChannelFrame.CloseCode;
import io.hikyaku.wire.stream.ResetCode;
import io.hikyaku.wire.stream.StreamFrame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A [StreamMux] against a peer that keeps to the protocol.
class StreamMuxTest extends MuxBesideAScript {
    @Test
    void framesForAStreamThatIsGoneAreDroppedAndTheirBytesGivenBack() {
        // Given
        Recorder caller = opens();
        caller.stream().reset(ResetCode.CANCELLED, "");
        peer.time.run(SOON);

        // When far more than the stream's window arrives late, a piece at a time
        for (int i = 0; i < 100; i++) {
            peer.says(data(0, 15_000), new StreamFrame.Credit(0, 1));
            peer.time.run(Duration.ofMillis(10));
        }

        // Then
        assertNull(peer.closed);
    }

    @Test
    void anEndThatWaitedForCreditIsSentOnceTheOtherSideStopsReading() {
        // Given a stream whose end stands behind bytes that may not leave
        Recorder caller = opens();
        caller.stream().write(Unpooled.wrappedBuffer(new byte[200_000]));
        caller.stream().end();
        peer.time.run(SOON);
        assertTrue(peer.heard(StreamFrame.End.class).isEmpty());

        // When
        peer.says(new StreamFrame.StopSending(0));
        peer.time.run(SOON);

        // Then
        assertEquals(1, peer.heard(StreamFrame.End.class).size());
        assertEquals(0, peer.streams.queuedBytes.sum());
    }

    @Test
    void aReaderMayCollectAWholeWindowBeforeItConsumes() {
        // Given
        peer.acceptor = (stream, metadata) -> {
            Recorder recorder = new Recorder(stream);
            recorder.hold = true;
            return recorder;
        };

        // When
        for (int i = 0; i < 3; i++) {
            peer.says(i == 0 ? open(1) : new StreamFrame.Credit(1, 1), data(1, 15_000));
        }
        peer.time.run(SOON);

        // Then
        List<StreamFrame.Credit> credits = peer.heard(StreamFrame.Credit.class);
        assertEquals(1, credits.size());
        assertTrue(credits.getFirst().max() > 64 * 1024, credits::toString);
    }

    @Test
    void aHandlerThatThrowsLosesItsOwnStreamOnly() {
        // Given
        Recorder bystander = opens();
        Recorder broken = new Recorder() {
            @Override
            public void onData(ByteBuf data) {
                super.onData(data);
                throw new IllegalStateException("broken");
            }
        };
        peer.acceptor = (stream, metadata) -> {
            broken.stream = stream;
            return broken;
        };

        // When
        peer.says(open(1), data(1, 10), data(1, 10), data(0, 10));
        peer.time.run(SOON);

        // Then
        assertEquals(ResetCode.INTERNAL, broken.reset);
        assertEquals(10, broken.received.size());
        assertEquals(
                ResetCode.INTERNAL,
                peer.heard(StreamFrame.Reset.class).getFirst().code());
        assertEquals(10, bystander.received.size());
        assertNull(peer.closed);
    }

    @Test
    void anAcceptorThatThrowsLosesItsOwnStreamOnly() {
        // Given
        peer.acceptor = (stream, metadata) -> {
            throw new IllegalStateException("broken");
        };

        // When
        peer.says(open(1));
        peer.time.run(SOON);

        // Then
        assertEquals(
                ResetCode.INTERNAL,
                peer.heard(StreamFrame.Reset.class).getFirst().code());
        assertEquals(0, peer.streams.open());
        assertNull(peer.closed);
    }

    @Test
    void streamsRefusedForTooManyWaitingNeverLeave() {
        // Given more than may wait, opened and written to in one turn
        List<Recorder> callers = new ArrayList<>();

        // When
        for (int i = 0; i < 10_003; i++) {
            Recorder recorder = new Recorder();
            recorder.stream = peer.mux.open(Recorder.bytes("m"), recorder);
            recorder.stream().write(Recorder.bytes("x"));
            callers.add(recorder);
        }
        callers.getLast().stream().reset(ResetCode.CANCELLED, "changed my mind");
        peer.time.run(SOON);

        // Then
        assertEquals(10_000, peer.heard(StreamFrame.Open.class).size());
        assertEquals(
                2, callers.stream().filter(c -> c.reset == ResetCode.REFUSED).count());
        assertNull(callers.getLast().reset);
        assertEquals(0, peer.streams.queuedBytes.sum());
        assertEquals(10_000, peer.streams.open());
    }

    @Test
    void callsThatGiveUpBehindAChannelWithoutCreditLeaveNothingBehind() throws Exception {
        // Given
        ScriptedPeer stingy = stingy();
        Recorder first = new Recorder();
        first.stream = stingy.mux.open(Recorder.bytes("m"), first);
        first.stream().write(Unpooled.wrappedBuffer(new byte[64 * 1024]));
        stingy.time.run(SOON);

        // When
        for (int i = 0; i < 20_000; i++) {
            Recorder recorder = new Recorder();
            recorder.stream = stingy.mux.open(Recorder.bytes("m"), recorder);
            recorder.stream().write(Recorder.bytes("x"));
            stingy.time.run(Duration.ofMillis(1));
            recorder.stream().reset(ResetCode.CANCELLED, "too slow");
        }
        stingy.time.run(SOON);

        // Then
        assertTrue(stingy.mux.queuedStreams() <= 2048, () -> stingy.mux.queuedStreams() + " remembered");
        assertEquals(1, stingy.streams.open());
    }

    private static ScriptedPeer stingy() {
        ScriptedPeer peer = new ScriptedPeer(near, far, ChannelLimits.DEFAULTS, new MemoryBudget(Pair.BUDGET));
        peer.credit = 64 * 1024;
        return peer.connected();
    }

    @Test
    void callsThatGiveUpBeforeTheChannelOpensLeaveNothingBehind() {
        // Given
        ScriptedPeer opening = new ScriptedPeer(near, far, ChannelLimits.DEFAULTS, new MemoryBudget(Pair.BUDGET));

        // When
        for (int i = 0; i < 20_000; i++) {
            Recorder recorder = new Recorder();
            recorder.stream = opening.mux.open(Recorder.bytes("m"), recorder);
            recorder.stream().reset(ResetCode.CANCELLED, "too slow");
        }

        // Then
        assertTrue(opening.mux.queuedStreams() <= 2048, () -> opening.mux.queuedStreams() + " remembered");
        opening.connected();
        assertTrue(opening.heard.isEmpty());
        assertEquals(0, opening.streams.open());
    }

    @Test
    void smallCallsAndABulkStreamShareAPacket() {
        // Given
        Recorder bulk = opens();
        peer.says(new StreamFrame.Credit(0, 4_000_000));
        peer.time.run(SOON);
        bulk.stream().write(Unpooled.wrappedBuffer(new byte[500_000]));

        // When
        int before = peer.packets;
        for (int i = 0; i < 20; i++) {
            Recorder recorder = new Recorder();
            recorder.stream = peer.mux.open(Recorder.bytes("m"), recorder);
            recorder.stream().write(Recorder.bytes("call"));
            recorder.stream().end();
        }
        peer.time.await("calls", SOON, () -> peer.heard(StreamFrame.End.class).size() == 20);

        // Then the calls were not behind the bulk
        assertTrue(peer.heardBytes < 4 * 16 * 1024, () -> peer.heardBytes + " bytes before the calls");
        assertTrue(peer.packets > before);
    }

    @Test
    void twoSmallCallsOfOneTurnLeaveInOnePacket() {
        // Given
        int before = peer.packets;

        // When
        for (int i = 0; i < 2; i++) {
            Recorder recorder = new Recorder();
            recorder.stream = peer.mux.open(Recorder.bytes("m"), recorder);
            recorder.stream().write(Recorder.bytes("call"));
            recorder.stream().end();
        }
        peer.time.run(Duration.ofMillis(2));

        // Then
        assertEquals(2, peer.heard(StreamFrame.End.class).size());
        assertEquals(before + 1, peer.packets);
    }

    @Test
    void aStreamWhoseOpenTheOtherSideNeverTookBeforeItClosedIsSafeToRetry() {
        // Given one stream that is known there, and one whose OPEN is on its way when the other side closes
        Recorder known = opens();
        peer.time.run(SOON);
        peer.channel().close(CloseCode.LEAVING, "leaves");
        Recorder late = new Recorder();

        // When
        late.stream = peer.mux.open(Recorder.bytes("m"), late);
        peer.time.run(SOON);

        // Then
        assertEquals(ResetCode.LEAVING, known.reset);
        assertEquals(ResetCode.DRAINING, late.reset);
    }

    @Test
    void aStreamThatEndedBeforeItsTurnCostsNoPacket() {
        // Given a stream that has something to send when the other side resets it
        Recorder caller = new Recorder() {
            @Override
            public void onData(ByteBuf data) {
                super.onData(data);
                stream().write(Recorder.bytes("answer"));
            }
        };
        caller.stream = peer.mux.open(Recorder.bytes("m"), caller);
        peer.time.run(SOON);
        int before = peer.packets;

        // When
        peer.says(data(0, 10), new StreamFrame.Reset(0, ResetCode.CANCELLED, ""));
        peer.time.await("data", SOON, () -> caller.reset != null);
        peer.time.run(SOON);

        // Then there is the acknowledgement, and nothing empty that would want one
        assertEquals(before + 1, peer.packets);
    }

    @Test
    void everyHandlerThatWasToldToWaitIsToldToGoOn() {
        // Given
        Recorder caller = opens();
        caller.stream().write(Unpooled.wrappedBuffer(new byte[300_000]));
        assertFalse(caller.stream().isWritable());
        peer.time.run(SOON);
        assertEquals(0, caller.writable);

        // When
        peer.says(new StreamFrame.Credit(0, 290_000));
        peer.time.run(SOON);

        // Then
        assertEquals(1, caller.writable);
        assertTrue(caller.stream().isWritable());
    }

    @Test
    void aHandlerMayResetItsStreamOutOfAnyEvent() {
        // Given
        Recorder onData = new Recorder() {
            @Override
            public void onData(ByteBuf data) {
                data.release();
                stream().reset(ResetCode.CANCELLED, "in data");
            }
        };
        Recorder onEnd = new Recorder() {
            @Override
            public void onEnd() {
                super.onEnd();
                stream().reset(ResetCode.CANCELLED, "in end");
            }
        };
        List<Recorder> handlers = new ArrayList<>(List.of(onData, onEnd));
        peer.acceptor = (stream, metadata) -> {
            Recorder recorder = handlers.removeFirst();
            recorder.stream = stream;
            return recorder;
        };

        // When
        peer.says(open(1), open(3), data(1, 10), data(1, 10), new StreamFrame.End(3), new StreamFrame.End(1));
        peer.time.run(SOON);

        // Then
        assertEquals(2, peer.heard(StreamFrame.Reset.class).size());
        assertEquals(0, peer.streams.open());
        assertFalse(onData.ended);
        assertNull(peer.closed);
    }

    @Test
    void aHandlerMayCloseTheChannelsOutOfItsData() {
        // Given
        Recorder caller = opens();
        peer.acceptor = (stream, metadata) -> new Recorder(stream) {
            @Override
            public void onData(ByteBuf data) {
                super.onData(data);
                peer.near.close();
            }
        };

        // When
        peer.says(open(1), data(1, 10), data(1, 10), open(3));
        peer.time.run(SOON);

        // Then
        assertEquals(ResetCode.LEAVING, caller.reset);
        assertEquals(10, peer.accepted.getFirst().received.size());
        assertEquals(1, peer.accepted.size());
        assertNotNull(peer.closed);
        assertEquals(0, peer.streams.open());
        assertEquals(0, peer.budget.reserved());
    }

    @Test
    void aStreamThatFindsNoMemoryIsRefusedAndLeavesNothingQueued() {
        // Given
        assertTrue(peer.budget.tryReserve(peer.budget.total() - peer.budget.reserved()));
        Recorder caller = new Recorder();
        caller.stream = peer.mux.open(Recorder.bytes("m"), caller);

        // When
        caller.stream().write(Unpooled.wrappedBuffer(new byte[300_000]));
        peer.time.run(SOON);

        // Then
        assertEquals(ResetCode.REFUSED, caller.reset);
        assertEquals(0, peer.streams.queuedBytes.sum());
        assertEquals(0, peer.streams.open());
        peer.budget.release(peer.budget.total());
        assertEquals(0, peer.budget.reserved());
    }

    @Test
    void aStreamThatMaySendNothingAtFirstIsGrantedCreditAtOnce() {
        // When
        peer.says(new StreamFrame.Open(1, 1000, 0, Recorder.bytes("m")));
        peer.time.run(SOON);

        // Then
        assertTrue(peer.heard(StreamFrame.Credit.class).getFirst().max() >= WindowBudget.LEAST_WINDOW);
    }

    @Test
    void theFirstBytesOfACallLeaveInThePacketThatOpensIt() {
        // Given
        int before = peer.packets;
        Recorder caller = new Recorder();
        caller.stream = peer.mux.open(Recorder.bytes("m"), caller);

        // When
        caller.stream().write(Unpooled.wrappedBuffer(new byte[8_000]));
        peer.time.await("the bytes", SOON, () -> peer.heardBytes == 8_000);

        // Then
        assertEquals(before + 1, peer.packets);
    }

    /// Opens a stream with 10,000 bytes that its reader does not take.
    private void standsStill(Recorder reader) {
        reader.hold = true;
        peer.acceptor = (stream, metadata) -> {
            reader.stream = stream;
            return reader;
        };
        peer.says(open(1), data(1, 10_000));
    }

    @Test
    void aReaderThatStandsStillIsCountedAndToldOnceAMinute() {
        // Given
        List<Duration> told = new ArrayList<>();
        Recorder reader = new Recorder() {
            @Override
            public void onStalled(Duration since, long bytes) {
                assertEquals(10_000, bytes);
                told.add(since);
            }
        };

        // When
        standsStill(reader);
        peer.time.run(Duration.ofSeconds(130));

        // Then
        assertEquals(List.of(Duration.ofMinutes(1), Duration.ofMinutes(2)), told);
        assertEquals(1, peer.streams.stalled.sum());
        assertEquals(10_000, peer.streams.heldBytes.sum());
        reader.stream().consumed(10_000);
        peer.time.run(Duration.ofSeconds(2));
        assertEquals(0, peer.streams.stalled.sum());
        assertEquals(0, peer.streams.heldBytes.sum());
    }

    @Test
    void aHandlerThatThrowsWhenItStandsStillDoesNotEndTheWatch() {
        // Given
        Recorder reader = new Recorder() {
            @Override
            public void onStalled(Duration since, long bytes) {
                throw new IllegalStateException("broken");
            }
        };
        standsStill(reader);

        // When
        peer.time.run(Duration.ofSeconds(130));

        // Then
        assertEquals(ResetCode.INTERNAL, reader.reset);
        assertEquals(0, peer.streams.stalled.sum());
        assertEquals(0, peer.streams.heldBytes.sum());
    }

    @Test
    void aReaderThatReadsGoesOnBesideOthersThatDoNot() {
        // Given
        peer.acceptor = (stream, metadata) -> {
            Recorder recorder = new Recorder(stream);
            recorder.hold = true;
            return recorder;
        };
        for (int i = 0; i < 16; i++) {
            peer.says(open(2 * i + 1));
            for (int part = 0; part < 4; part++) {
                peer.says(data(2 * i + 1, 15_000));
            }
        }
        peer.time.run(SOON);

        // When
        peer.acceptor = (stream, metadata) -> new Recorder(stream);
        for (int part = 0; part < 10; part++) {
            peer.says(part == 0 ? open(101) : new StreamFrame.Credit(101, 1), data(101, 15_000));
            peer.time.run(Duration.ofMillis(10));
        }

        // Then
        assertNull(peer.closed);
        assertEquals(150_000, peer.accepted.getLast().received.size());
        assertTrue(peer.budget.reserved() > 1024 * 1024);
        assertTrue(peer.budget.reserved() <= ChannelLimits.DEFAULTS.window().bytes());
    }
}

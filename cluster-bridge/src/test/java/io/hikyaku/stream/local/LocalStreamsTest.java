package io.hikyaku.stream.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamCounters;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.stream.StreamSettings;
import io.hikyaku.stream.credit.MemoryBudget;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalStreamsTest {
    private static final int WINDOW = 10;

    private final MemoryBudget budget = new MemoryBudget(64 * 1024);
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final Ear near = new Ear();
    private final Ear far = new Ear();
    private final List<ByteBuf> buffers = new ArrayList<>();
    private final LocalStreams streams = new LocalStreams(
            tasks::add, this::accept, new StreamSettings(WINDOW, 1024, 2, budget, new StreamCounters()));
    private boolean refusing;

    private StreamHandler accept(Stream stream, ByteBuf metadata) {
        far.stream = stream;
        far.heard.add("open " + metadata.toString(StandardCharsets.US_ASCII));
        if (refusing) {
            stream.reset(ResetCode.NOT_EXPORTED, "no");
        }
        return far;
    }

    private Stream open() {
        near.stream = streams.open(buffer("m"), near);
        return near.stream;
    }

    private ByteBuf buffer(String text) {
        ByteBuf buffer = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
        buffers.add(buffer);
        return buffer;
    }

    private void settle() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    @AfterEach
    void everythingIsGivenBack() {
        for (Ear end : List.of(near, far)) {
            if (end.stream != null) {
                end.stream.consumed(Integer.MAX_VALUE);
                end.stream.reset(ResetCode.CANCELLED, "over");
            }
        }
        settle();
        assertEquals(0, budget.reserved());
        buffers.forEach(buffer -> assertEquals(0, buffer.refCnt()));
    }

    @Test
    void whoResetsIsToldOnceTheOtherEndHasHeard() {
        Stream stream = open();
        settle();
        List<List<String>> heard = new ArrayList<>();

        stream.reset(ResetCode.CANCELLED, "gone", () -> heard.add(List.copyOf(far.heard)));

        assertEquals(List.of(), heard);
        settle();
        assertEquals(List.of(far.heard), heard);
        stream.reset(ResetCode.CANCELLED, "again", () -> heard.add(List.of()));
        assertEquals(2, heard.size());
    }

    @Test
    void whoResetsBeforeItsStreamWasTakenIsToldToo() {
        Stream stream = open();
        List<String> heard = new ArrayList<>();

        stream.reset(ResetCode.CANCELLED, "gone", () -> heard.add("yes"));
        settle();

        assertEquals(List.of("yes"), heard);
        assertEquals(List.of(), far.heard);
    }

    @Test
    void nothingHappensWithinACall() {
        Stream stream = open();
        stream.write(buffer("hello"));
        stream.end();

        assertEquals(List.of(), far.heard);
        settle();
        assertEquals(List.of("open m", "hello", "end"), far.heard);
    }

    @Test
    void eachSideEndsByItself() {
        Stream stream = open();
        stream.end();
        settle();
        far.stream.write(buffer("answer"));
        far.stream.end();
        settle();

        assertEquals(List.of("open m", "end"), far.heard);
        assertEquals(List.of("answer", "end"), near.heard);
        assertEquals(0, streams.openStreams());
    }

    @Test
    void bytesWaitForCreditAndTheEndForTheBytes() {
        Stream stream = open();
        stream.write(buffer("0123456789abc"));
        stream.end();
        settle();
        assertEquals(List.of("open m", "0123456789"), far.heard);

        far.stream.consumed(2);
        settle();
        assertEquals(List.of("open m", "0123456789", "ab"), far.heard);

        far.stream.consumed(10);
        settle();
        assertEquals(List.of("open m", "0123456789", "ab", "c", "end"), far.heard);
        stream.reset(ResetCode.CANCELLED, "");
        settle();
    }

    @Test
    void aFullStreamSaysSoAndSaysWhenItHasRoom() {
        Stream stream = open();
        stream.write(buffer("0123456789"));
        stream.write(buffer("0123456789"));
        assertFalse(stream.isWritable());
        settle();
        assertFalse(near.heard.contains("writable"));

        far.stream.consumed(10);
        settle();
        assertFalse(stream.isWritable());
        far.stream.consumed(5);
        settle();
        assertTrue(stream.isWritable());
        assertEquals(List.of("writable"), near.heard);
        stream.reset(ResetCode.CANCELLED, "");
        settle();
    }

    @Test
    void aResetEndsBothSidesAndDropsWhatIsQueued() {
        Stream stream = open();
        settle();
        stream.write(buffer("lost"));
        stream.reset(ResetCode.CANCELLED, "gone");
        far.stream.write(buffer("lost too"));
        settle();

        assertEquals(List.of("open m", "reset CANCELLED gone true"), far.heard);
        assertEquals(List.of(), near.heard);
        assertEquals(0, streams.openStreams());
    }

    @Test
    void aStreamResetBeforeItWasAcceptedIsNeverSeen() {
        open().reset(ResetCode.CANCELLED, "");
        settle();

        assertEquals(List.of(), far.heard);
        assertEquals(0, streams.openStreams());
    }

    @Test
    void aRefusalReachesTheOpener() {
        refusing = true;
        open().write(buffer("lost"));
        settle();

        assertEquals(List.of("reset NOT_EXPORTED no true"), near.heard);
        assertEquals(0, streams.openStreams());
    }

    @Test
    void whatNobodyWantsIsDroppedAndTheOtherDirectionGoesOn() {
        Stream stream = open();
        settle();
        stream.write(buffer("lost"));
        far.stream.stopSending();
        settle();
        stream.write(buffer("lost too"));
        stream.end();
        far.stream.write(buffer("answer"));
        far.stream.end();
        settle();

        assertEquals(List.of("stop", "answer", "end"), near.heard);
        assertEquals(List.of("open m", "end"), far.heard);
        assertEquals(0, streams.openStreams());
    }

    @Test
    void aStreamAboveTheLimitIsRefused() {
        Stream first = open();
        Stream second = open();
        open().write(buffer("lost"));
        settle();

        assertEquals(List.of("reset REFUSED Too many streams true"), near.heard);
        first.reset(ResetCode.CANCELLED, "");
        second.reset(ResetCode.CANCELLED, "");
        settle();
        assertEquals(0, streams.openStreams());
    }

    private static final class Ear implements StreamHandler {
        private final List<String> heard = new ArrayList<>();
        private Stream stream;

        @Override
        public void onData(ByteBuf data) {
            heard.add(data.toString(StandardCharsets.US_ASCII));
            data.release();
        }

        @Override
        public void onEnd() {
            heard.add("end");
        }

        @Override
        public void onReset(ResetCode code, String detail, boolean byPeer) {
            heard.add("reset " + code + " " + detail + " " + byPeer);
        }

        @Override
        public void onWritable() {
            heard.add("writable");
        }

        @Override
        public void onStopSending() {
            heard.add("stop");
        }
    }
}

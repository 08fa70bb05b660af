package io.hikyaku.link.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.link.LinkSettings;
import io.hikyaku.net.NoLeaks;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class SendQueueTest {
    private static final LinkSettings SETTINGS = new LinkSettings(LinkLimits.DEFAULTS, 10_000, 2_000, 100_000);

    private final Gate gate = new Gate();
    private final EmbeddedChannel channel = new EmbeddedChannel(gate);
    private final Told told = new Told();
    private final SendQueue queue = new SendQueue(channel, SETTINGS, told);

    @BeforeEach
    void setMarks() {
        channel.config().setWriteBufferWaterMark(SETTINGS.socketMarks());
    }

    @AfterEach
    void close() {
        queue.close();
        gate.open = true;
        channel.flush();
        channel.finishAndReleaseAll();
    }

    @Test
    void allPacketsOfATurnLeaveWithOneFlush() {
        // When
        for (int i = 0; i < 10; i++) {
            queue.add(packet(100));
        }
        assertEquals(1_000, queue.queuedBytes());
        channel.runPendingTasks();

        // Then
        assertEquals(1, gate.flushes);
        assertEquals(10, channel.outboundMessages().size());
        assertEquals(List.of("10 packets, 1000 bytes"), told.lines);
        assertEquals(0, queue.queuedBytes());
    }

    @Test
    void theSocketIsHandedNoMoreThanItsMark() {
        // Given
        gate.open = false;

        // When
        for (int i = 0; i < 30; i++) {
            queue.add(packet(1_000));
        }
        channel.runPendingTasks();

        // Then
        assertFalse(queue.isEmpty());
        assertTrue(channel.unsafe().outboundBuffer().totalPendingWriteBytes() < 13_000);
        assertTrue(queue.queuedBytes() >= 30_000, () -> "counted " + queue.queuedBytes());
    }

    @Test
    void drainedIsToldOnceAfterTheHighMarkWasPassed() {
        // Given
        gate.open = false;
        for (int i = 0; i < 30; i++) {
            queue.add(packet(1_000));
        }
        channel.runPendingTasks();
        assertFalse(told.lines.contains("drained"));

        // When
        gate.open = true;
        while (!queue.isEmpty() || queue.queuedBytes() > 0) {
            channel.flush();
            queue.onWritable();
            channel.runPendingTasks();
        }

        // Then
        assertEquals(1, told.lines.stream().filter("drained"::equals).count());
        assertEquals(30, channel.outboundMessages().size());
    }

    @Test
    void drainedIsNotToldBelowTheHighMark() {
        // When
        for (int i = 0; i < 9; i++) {
            queue.add(packet(1_000));
        }
        channel.runPendingTasks();

        // Then
        assertFalse(told.lines.contains("drained"));
    }

    @Test
    void moreThanIsAllowedAtAllIsTold() {
        // Given
        queue.add(packet(100_000));
        channel.runPendingTasks();
        assertFalse(told.lines.contains("overflow"));

        // When
        queue.add(packet(100_001));
        channel.runPendingTasks();

        // Then
        assertTrue(told.lines.contains("overflow"));
    }

    @Test
    void whatWaitsIsReleasedAtTheEndAndWhatComesLaterToo() {
        // Given
        ByteBuf waiting = packet(100);
        ByteBuf late = packet(100);
        queue.add(waiting);

        // When
        queue.close();
        queue.add(late);

        // Then
        assertEquals(0, waiting.refCnt());
        assertEquals(0, late.refCnt());
        assertEquals(0, queue.queuedBytes());
    }

    @Test
    void aSmallPieceOfALargeReadIsCopiedWhenItHasToWaitLong() {
        // Given
        gate.open = false;
        queue.add(packet(70_000));
        ByteBuf read = packet(50_000);

        // When
        queue.add(read.readRetainedSlice(60));

        // Then
        assertEquals(1, read.refCnt());
        read.release();
    }

    private static ByteBuf packet(int bytes) {
        return ByteBufAllocator.DEFAULT.buffer(bytes).writeZero(bytes);
    }

    /// Lets flushes through, or not.
    private static final class Gate extends ChannelOutboundHandlerAdapter {
        private boolean open = true;
        private int flushes;

        @Override
        public void flush(ChannelHandlerContext ctx) {
            flushes++;
            if (open) {
                ctx.flush();
            }
        }
    }

    private static final class Told implements SendQueue.Listener {
        private final List<String> lines = new ArrayList<>();

        @Override
        public void onHandedOver(int packets, long bytes) {
            lines.add(packets + " packets, " + bytes + " bytes");
        }

        @Override
        public void onDrained() {
            lines.add("drained");
        }

        @Override
        public void onOverflow() {
            lines.add("overflow");
        }
    }
}

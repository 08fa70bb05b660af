package io.hikyaku.kafka.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.kafka.KafkaMesh;
import io.hikyaku.loop.Await;
import io.hikyaku.net.EventLoops;
import io.hikyaku.wire.NodeId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class InboxDispatcherIT {
    private static final int PACKET = 32 * 1024;

    /// Counts packets, and holds its event loop until it is told to go on.
    private static final class Slow {
        final CountDownLatch goOn = new CountDownLatch(1);
        final AtomicInteger packets = new AtomicInteger();

        void onPacket(ByteBuf packet) {
            packet.release();
            packets.incrementAndGet();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void isFullWhileEventLoopsLagAndDrainsWhenTheyGoOn() throws Exception {
        // Given
        NodeId self = KafkaMesh.newNode();
        Slow slow = new Slow();
        try (EventLoops loops = EventLoops.start(1)) {
            InboxDispatcher dispatcher = new InboxDispatcher(self, loops, slow::onPacket);
            byte[] packet = ByteBufUtil.getBytes(KafkaNode.packet(self, self, 1, 0, "x".repeat(PACKET)));
            assertFalse(dispatcher.isFull());

            // When
            int added = 0;
            while (!dispatcher.isFull()) {
                dispatcher.add(packet);
                dispatcher.flush();
                added++;
            }

            // Then
            assertTrue(added <= InboxDispatcher.MAX_OUTSTANDING / PACKET + 2, "took " + added);
            assertFalse(dispatcher.isDrained());
            slow.goOn.countDown();
            Await.until("drained", dispatcher::isDrained);
            int all = added;
            Await.until("all arrived", () -> slow.packets.get() == all);
            assertEquals(all, dispatcher.received.sum());
        }
    }
}

package io.hikyaku.link;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What links tell, kept for a test to wait for. Packets go to a consumer of the test's, else they are counted and
/// released.
public class RecordedEvents implements LinkEvents {
    static final long DEADLINE_SECONDS = 60;

    final BlockingQueue<Link> ups = new LinkedBlockingQueue<>();
    final BlockingQueue<PacketSink> drained = new LinkedBlockingQueue<>();
    final BlockingQueue<Down> downs = new LinkedBlockingQueue<>();
    final BlockingQueue<ByteBuf> packets = new LinkedBlockingQueue<>();
    private final @Nullable BiConsumer<Link, ByteBuf> onPacket;

    record Down(PacketSink link, String reason) {}

    RecordedEvents() {
        this(null);
    }

    RecordedEvents(@Nullable BiConsumer<Link, ByteBuf> onPacket) {
        this.onPacket = onPacket;
    }

    @Override
    public void onUp(Link link) {
        ups.add(link);
    }

    @Override
    public void onPacket(Link link, ByteBuf packet) {
        if (onPacket == null) {
            packets.add(packet);
        } else {
            onPacket.accept(link, packet);
        }
    }

    @Override
    public void onDrained(PacketSink link) {
        drained.add(link);
    }

    @Override
    public void onDown(PacketSink link, String reason) {
        downs.add(new Down(link, reason));
    }

    Link awaitUp() throws InterruptedException {
        return await(ups, "a link up");
    }

    Down awaitDown() throws InterruptedException {
        return await(downs, "a link down");
    }

    ByteBuf awaitPacket() throws InterruptedException {
        return await(packets, "a packet");
    }

    static <T> T await(BlockingQueue<T> queue, String what) throws InterruptedException {
        T head = queue.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        assertNotNull(head, "no " + what + " in " + DEADLINE_SECONDS + " s");
        return head;
    }
}

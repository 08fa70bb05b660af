package io.hikyaku.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Fails a test class after which Netty found a buffer that was collected without having been released. Needs the
/// paranoid leak detection that the build sets for all tests.
public final class NoLeaks implements BeforeAllCallback, AfterAllCallback {
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();
    private static final int ROUNDS = 4;

    @Override
    public void beforeAll(ExtensionContext context) {
        watch();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (!found().isEmpty()) {
            throw new AssertionError(String.join("\n", LEAKS));
        }
    }

    /// From now on, forgetting what was found before.
    static void watch() {
        LEAKS.clear();
        ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(type + " leaked: " + records));
    }

    /// What is collected becomes known at the next allocations.
    static Queue<String> found() {
        for (int round = 0; round < ROUNDS && LEAKS.isEmpty(); round++) {
            System.gc();
            ByteBufAllocator.DEFAULT.buffer(1).release();
            ByteBufAllocator.DEFAULT.heapBuffer(1).release();
            PooledByteBufAllocator.DEFAULT.buffer(1).release();
        }
        return LEAKS;
    }
}

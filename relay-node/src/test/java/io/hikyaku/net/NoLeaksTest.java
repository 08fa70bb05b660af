package io.hikyaku.net;

import io.hikyaku.loop.Await;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;

class NoLeaksTest {
    @Test
    void findsABufferThatNobodyReleased() {
        // Given
        NoLeaks.watch();

        // When
        for (int i = 0; i < 100; i++) {
            ByteBufAllocator.DEFAULT.buffer(64).writeLong(i);
        }

        // Then
        Await.until("a leak is found", () -> !NoLeaks.found().isEmpty());
        NoLeaks.watch();
    }
}

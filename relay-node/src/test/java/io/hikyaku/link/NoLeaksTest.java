package io.hikyaku.link;

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
        RecordedEvents.awaitCondition(() -> !NoLeaks.found().isEmpty(), "no leak was found");
        NoLeaks.watch();
    }
}

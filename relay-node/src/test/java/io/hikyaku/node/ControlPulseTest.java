package io.hikyaku.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.loop.VirtualTime;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlPulseTest {
    private final DefaultEventExecutor thread = new DefaultEventExecutor();
    private final VirtualTime time = new VirtualTime();
    private final ControlPulse pulse = new ControlPulse(thread, time);

    @AfterEach
    void stop() {
        thread.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    @Test
    void nothingIsMissingWhileTheThreadDoesItsWork() {
        // When
        time.run(Duration.ofMinutes(5));
        // Then
        assertEquals(Optional.empty(), pulse.missing());
    }

    @Test
    void aThreadThatIsStuckOrGoneIsTold() {
        // When nothing runs any more
        time.standStill(ControlPulse.DEAD_AFTER.plusSeconds(1));
        // Then
        assertEquals(Optional.of("the control thread is stuck"), pulse.missing());
        // When
        thread.shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();
        // Then
        assertEquals(Optional.of("the control thread has ended"), pulse.missing());
        // When it ends on purpose
        pulse.close();
        // Then
        assertEquals(Optional.empty(), pulse.missing());
    }
}

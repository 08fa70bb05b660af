package io.hikyaku.net.name;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class SystemNamesTest {
    private static final InetAddress[] HERE = {InetAddress.getLoopbackAddress()};

    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();

    private SystemNames names() {
        return new SystemNames(name -> {
            asked.incrementAndGet();
            if (name.startsWith("silent")) {
                await();
            }
            if (name.equals("nobody")) {
                throw new UnknownHostException(name);
            }
            return HERE;
        });
    }

    private void await() {
        try {
            release.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<InetAddress> get(CompletableFuture<List<InetAddress>> found) throws Exception {
        return found.get(60, TimeUnit.SECONDS);
    }

    @Test
    void aNameIsAskedForOnceAtATimeAndAnewAfterwards() throws Exception {
        // Given
        SystemNames names = names();

        // When
        CompletableFuture<List<InetAddress>> first = names.find("silent");
        assertSame(first, names.find("silent"));
        release.countDown();

        // Then
        assertEquals(List.of(HERE), get(first));
        assertEquals(List.of(HERE), get(names.find("silent")));
        assertEquals(2, asked.get());
    }

    @Test
    void aNameWhoseServersAreSilentHoldsUpNoOther() throws Exception {
        // Given
        SystemNames names = names();
        CompletableFuture<List<InetAddress>> silent = names.find("silent");

        // When, then
        assertEquals(List.of(HERE), get(names.find("other")));
        assertFalse(silent.isDone());
        release.countDown();
        get(silent);
    }

    @Test
    void aNameThatIsUnknownIsAskedForAgain() throws Exception {
        // Given
        AtomicInteger times = new AtomicInteger();
        SystemNames names = new SystemNames(name -> {
            if (times.getAndIncrement() == 0) {
                throw new UnknownHostException(name);
            }
            return HERE;
        });

        // When
        ExecutionException unknown = assertThrows(ExecutionException.class, () -> get(names.find("late")));

        // Then
        assertInstanceOf(UnknownHostException.class, unknown.getCause());
        assertEquals(List.of(HERE), get(names.find("late")));
    }

    @Test
    void moreNamesThanMayWaitAreUnknownForNow() throws Exception {
        // Given
        SystemNames names = names();
        for (int i = 0; i < SystemNames.MAX_THREADS + SystemNames.MAX_WAITING; i++) {
            names.find("silent" + i);
        }

        // When
        ExecutionException full = assertThrows(ExecutionException.class, () -> get(names.find("one more")));

        // Then
        assertInstanceOf(UnknownHostException.class, full.getCause());
        release.countDown();
        get(names.find("silent0"));
    }

    @Test
    void anOperatorsOwnTimesForNamesStay() {
        // Given
        String before = Security.getProperty("networkaddress.cache.negative.ttl");
        Security.setProperty("networkaddress.cache.negative.ttl", "7");
        try {
            // When
            SystemNames.forgetSoon();

            // Then
            assertEquals("7", Security.getProperty("networkaddress.cache.negative.ttl"));
        } finally {
            Security.setProperty("networkaddress.cache.negative.ttl", before);
        }
    }
}

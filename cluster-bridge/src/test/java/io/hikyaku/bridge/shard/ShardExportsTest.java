package io.hikyaku.bridge.shard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.export.ExportHandler;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.service.Export;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.service.TargetHost;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.OpenMetadata;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ShardExportsTest {
    private static final class Recorded implements ExportHandler {
        private final List<List<Target>> targets = new ArrayList<>();
        private boolean closed;

        @Override
        public CallProtocol protocol() {
            return CallProtocol.HTTP;
        }

        @Override
        public StreamHandler accept(io.hikyaku.stream.Stream stream, OpenMetadata call, String caller) {
            throw new AssertionError("no call is made here");
        }

        @Override
        public Runnable retarget(ExportPort changed) {
            return () -> targets.add(changed.target());
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final List<Recorded> made = new ArrayList<>();
    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final ShardExports exports = new ShardExports("osaka", (name, port) -> {
        Recorded one = new Recorded();
        made.add(one);
        return one;
    });

    private void change(String host, String... targets) {
        exports.use(next(host, targets), loop::add);
    }

    private ShardExports.Next next(String host, String... targets) {
        ExportPort port =
                new ExportPort("main", 80, Protocol.HTTP, targets(targets), Optional.empty(), new TargetHost(host));
        return exports.make(List.of(new Export(ServiceName.parse("shop/orders"), List.of(port))));
    }

    private static List<Target> targets(String... targets) {
        return Stream.of(targets).map(Target::parse).toList();
    }

    private void runLoop() {
        for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
            task.run();
        }
    }

    @Test
    void aPortThatHasNotChangedKeepsItsObject() {
        // Given
        change("a", "127.0.0.1:1");
        runLoop();

        // When
        change("a", "127.0.0.1:1");
        runLoop();

        // Then
        assertEquals(1, made.size());
        assertFalse(made.getFirst().closed);
    }

    @Test
    void aChangeThatIsTakenBackBeforeTheEventLoopHasSeenItLeavesAnOpenExport() {
        // Given
        change("a", "127.0.0.1:1");
        runLoop();

        // When the event loop stands still
        change("b", "127.0.0.1:1");
        change("a", "127.0.0.1:1");
        runLoop();

        // Then
        assertEquals(3, made.size());
        assertTrue(made.get(0).closed);
        assertTrue(made.get(1).closed);
        assertFalse(made.get(2).closed);
    }

    @Test
    void aPortOfWhichOnlyTheTargetsChangeKeepsItsObjectWhichIsToldOnTheEventLoop() {
        // Given
        change("a", "127.0.0.1:1");
        runLoop();

        // When
        change("a", "127.0.0.1:2", "127.0.0.1:1");
        change("a");

        // Then
        Recorded port = made.getFirst();
        assertEquals(List.of(), port.targets);
        runLoop();
        assertEquals(List.of(targets("127.0.0.1:2", "127.0.0.1:1"), List.of()), port.targets);
        assertEquals(1, made.size());
        assertFalse(port.closed);
    }

    @Test
    void aPortOfWhichMoreChangesGetsANewObject() {
        // Given
        change("a", "127.0.0.1:1");
        runLoop();

        // When
        change("b", "127.0.0.1:2");
        runLoop();

        // Then
        assertEquals(2, made.size());
        assertEquals(List.of(), made.getFirst().targets);
        assertTrue(made.getFirst().closed);
    }

    @Test
    void aChangeThatIsDiscardedChangesNothing() {
        // Given
        change("a", "127.0.0.1:1");
        runLoop();

        // When
        next("a", "127.0.0.1:2").discard();
        runLoop();
        change("a", "127.0.0.1:3");
        runLoop();

        // Then
        assertEquals(1, made.size());
        assertEquals(List.of(targets("127.0.0.1:3")), made.getFirst().targets);
        assertFalse(made.getFirst().closed);
    }
}

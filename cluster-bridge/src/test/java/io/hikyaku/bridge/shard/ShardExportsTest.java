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
import io.hikyaku.stream.Stream;
import io.hikyaku.stream.StreamHandler;
import io.hikyaku.wire.call.CallProtocol;
import io.hikyaku.wire.call.OpenMetadata;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ShardExportsTest {
    private static final class Recorded implements ExportHandler {
        private boolean closed;

        @Override
        public CallProtocol protocol() {
            return CallProtocol.HTTP;
        }

        @Override
        public StreamHandler accept(Stream stream, OpenMetadata call, String caller) {
            throw new AssertionError("no call is made here");
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final List<Recorded> made = new ArrayList<>();
    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final ShardExports exports = new ShardExports((name, port) -> {
        Recorded one = new Recorded();
        made.add(one);
        return one;
    });

    private void change(String target) {
        ExportPort port = new ExportPort("main", 80, Protocol.HTTP, List.of(Target.parse(target)));
        ServiceName service = ServiceName.parse("shop/orders");
        exports.use(exports.make(List.of(new Export(service, List.of(port)))), loop::add);
    }

    private void runLoop() {
        for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
            task.run();
        }
    }

    @Test
    void aPortThatHasNotChangedKeepsItsObject() {
        // Given
        change("127.0.0.1:1");
        runLoop();

        // When
        change("127.0.0.1:1");
        runLoop();

        // Then
        assertEquals(1, made.size());
        assertFalse(made.getFirst().closed);
    }

    @Test
    void aChangeThatIsTakenBackBeforeTheEventLoopHasSeenItLeavesAnOpenExport() {
        // Given
        change("127.0.0.1:1");
        runLoop();

        // When the event loop stands still
        change("127.0.0.1:2");
        change("127.0.0.1:1");
        runLoop();

        // Then
        assertEquals(3, made.size());
        assertTrue(made.get(0).closed);
        assertTrue(made.get(1).closed);
        assertFalse(made.get(2).closed);
    }
}

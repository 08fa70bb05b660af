package io.hikyaku.discovery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.service.Export;
import io.hikyaku.service.Forwarded;
import io.hikyaku.service.Import;
import io.hikyaku.service.ImportPort;
import io.hikyaku.service.Trace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DiscoveryTest {
    /// A source that offers what a test tells it to.
    private static final class Scripted implements ServiceSource {
        private final String name;
        private Sink sink = services -> {};
        private boolean closed;

        Scripted(String name) {
            this.name = name;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void start(Sink to) {
            sink = to;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /// What is in place, and what an address that is taken makes of it.
    private static final class Taken implements ServiceTaker {
        private final List<DiscoveredServices> all = new ArrayList<>();
        private List<String> unusable = List.of();

        @Override
        public void takeAll(DiscoveredServices services) throws IOException {
            if (!unusable.isEmpty()) {
                throw new IOException(unusable.getFirst());
            }
            all.add(services);
        }

        @Override
        public List<String> takeUsable(DiscoveredServices services) {
            all.add(services);
            return unusable;
        }
    }

    private final Taken taken = new Taken();
    private final Discovery discovery = new Discovery(taken);
    private final Scripted kubernetes = new Scripted("kubernetes");
    private final Scripted catalog = new Scripted("catalog");

    private static Export export(String name) {
        return new Export(ServiceName.parse(name), List.of());
    }

    private static Import imported(String name, int listen) {
        return new Import(
                ServiceName.parse(name),
                List.of(new ImportPort(
                        80,
                        new HostPort("127.0.0.1", listen),
                        Optional.empty(),
                        Optional.empty(),
                        Forwarded.OBFUSCATED,
                        false,
                        Trace.CONTINUE)));
    }

    private static DiscoveredServices exports(String... names) {
        return new DiscoveredServices(
                List.of(names).stream().map(DiscoveryTest::export).toList(), List.of());
    }

    private List<String> exported() {
        return taken.all.getLast().exports().stream()
                .map(one -> one.service().toString())
                .toList();
    }

    @Test
    void ofTheSameExportTheFirstSourcesCountsAndTheOthersAreFindings() throws Exception {
        // Given
        discovery.replaceFile(exports("shop/web"));
        discovery.add(kubernetes);
        discovery.add(catalog);

        // When
        kubernetes.sink.offer(exports("shop/web", "shop/db"));
        catalog.sink.offer(exports("shop/db", "shop/mail"));

        // Then
        assertEquals(List.of("shop/web", "shop/db", "shop/mail"), exported());
        assertEquals(
                List.of(
                        "shop/web is exported by file and by kubernetes; that of file is in use",
                        "shop/db is exported by kubernetes and by catalog; that of kubernetes is in use"),
                discovery.findings());

        // When
        discovery.replaceFile(DiscoveredServices.NONE);
        kubernetes.sink.offer(exports("shop/web"));

        // Then
        assertEquals(List.of("shop/web", "shop/db", "shop/mail"), exported());
        assertEquals(List.of(), discovery.findings());
    }

    @Test
    void anAddressIsOnlyForTheFirstThatWantsIt() throws Exception {
        // Given
        discovery.replaceFile(new DiscoveredServices(List.of(), List.of(imported("shop/web", 20_001))));
        discovery.add(kubernetes);

        // When
        kubernetes.sink.offer(new DiscoveredServices(
                List.of(), List.of(imported("shop/db", 20_001), imported("shop/a", 0), imported("shop/b", 0))));

        // Then: any port may be had by many
        assertEquals(
                List.of(1, 0, 1, 1),
                taken.all.getLast().imports().stream()
                        .map(one -> one.ports().size())
                        .toList());
        assertEquals(
                List.of("shop/db of kubernetes wants 127.0.0.1:20001, which file has already"), discovery.findings());
    }

    @Test
    void itIsCompleteOnceEverySourceHasOffered() throws Exception {
        // Given
        AtomicInteger complete = new AtomicInteger();
        discovery.add(kubernetes);
        discovery.add(catalog);
        discovery.whenComplete(complete::incrementAndGet);

        // When, Then
        kubernetes.sink.offer(DiscoveredServices.NONE);
        kubernetes.sink.offer(exports("shop/web"));
        assertEquals(0, complete.get());
        catalog.sink.offer(DiscoveredServices.NONE);
        catalog.sink.offer(exports("shop/db"));
        assertEquals(1, complete.get());
    }

    @Test
    void whatCouldNotBePutInPlaceIsTriedAgainWithTheNextOffer() throws Exception {
        // Given
        discovery.add(kubernetes);
        taken.unusable = List.of("in use");
        kubernetes.sink.offer(exports("shop/web"));
        assertEquals(List.of("in use"), discovery.findings());

        // When
        taken.unusable = List.of();
        kubernetes.sink.offer(exports("shop/web"));
        int times = taken.all.size();
        kubernetes.sink.offer(exports("shop/web"));

        // Then: and what is in place already is not put there again
        assertEquals(List.of(), discovery.findings());
        assertEquals(times, taken.all.size());
    }

    @Test
    void aFileThatCannotBeUsedChangesNothing() throws Exception {
        // Given
        discovery.replaceFile(exports("shop/web"));
        taken.unusable = List.of("in use");

        // When
        assertThrows(IOException.class, () -> discovery.replaceFile(exports("shop/db")));

        // Then
        assertEquals(List.of("shop/web"), exported());
    }

    @Test
    void noTwoSourcesShareANameAndAllAreClosed() throws Exception {
        discovery.add(kubernetes);
        assertThrows(IllegalStateException.class, () -> discovery.add(new Scripted("kubernetes")));
        assertThrows(IllegalStateException.class, () -> discovery.add(new Scripted(Discovery.FILE)));
        discovery.close();
        assertTrue(kubernetes.closed);
    }
}

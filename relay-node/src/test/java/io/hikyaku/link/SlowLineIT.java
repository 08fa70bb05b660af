package io.hikyaku.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.config.limits.LinkLimits;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.net.NoLeaks;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A line on which one TLS record takes longer than a neighbour may be silent.
@ExtendWith(NoLeaks.class)
class SlowLineIT {
    private static final SslProvider PROVIDER = OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
    private static final int PIECE = 400;
    private static final int BODY = 16_000;
    private static final Duration PAUSE = Duration.ofMillis(80);
    private static final LinkLimits LIMITS = TestNode.deadAfter(Duration.ofSeconds(2));

    @ParameterizedTest
    @CsvSource({"tls, true", "tls, false", "wss, true", "wss, false"})
    void carriesARecordThatTakesLongerThanSilenceMay(String scheme, boolean toDialler, @TempDir Path directory)
            throws Exception {
        // Given
        TestMesh mesh = new TestMesh("demo", directory);
        try (TestNode relay = new TestNode(TestMesh.own(mesh.relay("relay-1"), true, Set.of(), PROVIDER), LIMITS);
                TestNode edge = new TestNode(TestMesh.own(mesh.cluster("edge"), false, Set.of(), PROVIDER), LIMITS)) {
            LinkUrl url = relay.listen(scheme);
            try (TcpProxy line = new TcpProxy(url.address().port(), PIECE)) {
                edge.links.dial(url.withPort(line.port()));
                Link dialled = edge.events.awaitUp();
                Link accepted = relay.events.awaitUp();
                TestNode from = toDialler ? relay : edge;
                TestNode to = toDialler ? edge : relay;
                long deadAfter = LIMITS.deadAfter().toNanos();

                // When
                line.slowDown(PAUSE);
                long begun = System.nanoTime();
                (toDialler ? accepted : dialled).send(Packets.data(from.node(), 1, BODY));

                // Then
                to.events.awaitPacket().release();
                assertTrue(System.nanoTime() - begun > 3 * deadAfter / 2, "the line is too fast for this test");
                assertEquals(0, to.refused("silent"));
                assertEquals(0, to.events.downs.size());
                line.slowDown(Duration.ZERO);
            }
        }
    }
}

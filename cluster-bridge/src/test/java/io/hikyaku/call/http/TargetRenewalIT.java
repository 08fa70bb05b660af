package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.call.TestAuthority;
import io.hikyaku.call.TestAuthority.Issued;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.service.TargetHost;
import io.hikyaku.service.TargetTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// The files of an exported port's TLS are replaced while it runs. The service asks for a certificate, and ends each
/// connection after its answer.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class TargetRenewalIT {
    private static final String NAME = "service.example";
    private static final Duration LONGER_THAN_FILES_STAY_UNSEEN = Duration.ofMillis(1500);

    @TempDir
    private Path folder;

    private final TestAuthority first = new TestAuthority();
    private final TestAuthority second = new TestAuthority();
    private final Issued firstOwn = first.issue("bridge.example");
    private volatile Origin.Wrapping tls = first.server(first.issue(NAME), true, "http/1.1");
    private Origin service;
    private @Nullable CallPath path;
    private TargetTls files;

    @BeforeEach
    void start() throws IOException {
        service = Origin.following(socket -> tls.around(socket), conversation -> {
            conversation.head();
            conversation.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
        });
        files = new TargetTls(
                Optional.of(first.write(folder)),
                Optional.of(NAME),
                Optional.of(firstOwn.writeCertificate(folder)),
                Optional.of(firstOwn.writeKey(folder)));
        Target target = Target.parse("https://127.0.0.1:" + service.port());
        path = CallPath.start(
                CallLimits.DEFAULTS,
                new ExportPort("main", 80, Protocol.HTTP, List.of(target), Optional.of(files), TargetHost.KEEP));
        assertTrue(isAnswered());
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        service.close();
        if (path != null) {
            path.awaitQuiet();
            path.close();
        }
    }

    private boolean isAnswered() {
        try (Conversation caller = Conversation.with(path.port())) {
            return caller.say("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
                    .hearHead()
                    .startsWith("HTTP/1.1 200 ");
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void replace(Optional<Path> file, Path by) throws IOException {
        Files.move(by, file.orElseThrow(), StandardCopyOption.REPLACE_EXISTING);
    }

    private void assertAnsweredAllTheTime() {
        long start = System.nanoTime();
        while (System.nanoTime() - start < LONGER_THAN_FILES_STAY_UNSEEN.toNanos()) {
            assertTrue(isAnswered());
        }
    }

    @Test
    void newConnectionsUseTheFilesAsTheyAreNow() throws Exception {
        // Given
        Issued own = second.issue("bridge.example");
        tls = second.server(second.issue(NAME), true, "http/1.1");

        // When
        replace(files.trust(), second.write(folder));
        replace(files.certificate(), own.writeCertificate(folder));
        replace(files.key(), own.writeKey(folder));

        // Then
        path.await("calls succeed with the new files", this::isAnswered);
    }

    @Test
    void aCertificateThatItsKeyDoesNotFitIsNotUsed() throws Exception {
        // When
        replace(files.certificate(), first.issue("bridge.example").writeCertificate(folder));

        // Then
        assertAnsweredAllTheTime();
    }

    @Test
    void nonsenseIsNotUsed() throws Exception {
        // When
        Files.writeString(files.trust().orElseThrow(), "not a certificate");

        // Then
        assertAnsweredAllTheTime();
    }
}

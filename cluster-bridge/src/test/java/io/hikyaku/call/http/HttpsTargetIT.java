package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.call.TestAuthority;
import io.hikyaku.call.TestAuthority.Issued;
import io.hikyaku.call.TestLimits;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.service.TargetHost;
import io.hikyaku.service.TargetTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Targets behind TLS that speak HTTP/1.1, and those that are not whom they should be.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class HttpsTargetIT {
    private static final String GET = "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n";
    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final Origin.Script HELLO_ALWAYS = service -> {
        while (true) {
            service.head();
            service.say(HELLO);
        }
    };

    private final TestAuthority authority = new TestAuthority();

    @TempDir
    private Path folder;

    private @Nullable Origin origin;
    private @Nullable CallPath path;

    private Conversation call(Origin service, TargetTls tls, TargetHost host) throws IOException {
        return call(service, tls, host, CallLimits.DEFAULTS);
    }

    private Conversation call(Origin service, TargetTls tls, TargetHost host, CallLimits limits) throws IOException {
        origin = service;
        Target target = Target.parse("https://127.0.0.1:" + service.port());
        CallPath started = CallPath.start(
                limits, new ExportPort("main", 80, Protocol.HTTP, List.of(target), Optional.of(tls), host));
        path = started;
        return Conversation.with(started.port());
    }

    private Conversation call(Origin service) throws IOException {
        return call(service, trusting(authority), TargetHost.KEEP);
    }

    private Origin serving(Issued issued) {
        return Origin.following(authority.server(issued, false, "http/1.1"), HELLO_ALWAYS);
    }

    private TargetTls trusting(TestAuthority trusted) throws IOException {
        return new TargetTls(
                Optional.of(trusted.write(folder)), Optional.of("service.example"), Optional.empty(), Optional.empty());
    }

    @AfterEach
    void everythingIsReturned() throws IOException {
        if (path == null || origin == null) {
            return;
        }
        path.closeAfter(origin);
    }

    private static void assertProblem(int status, String error, String answer) {
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.contains("Proxy-Status: hikyaku-tokyo; error=" + error + "\r\n"), answer);
    }

    @Test
    void aServiceBehindTlsAnswersAndItsConnectionIsUsedAgain() throws Exception {
        try (Conversation caller = call(serving(authority.issue("service.example")))) {
            for (int i = 0; i < 3; i++) {
                caller.say(GET).hearHead();
                assertEquals("hello", caller.hear(5));
            }
        }
        assertEquals(1, origin.connections());
        assertTrue(origin.takeHead().contains("Host: shop.example\r\n"));
    }

    @Test
    void aServiceWithoutAlpnGetsHttp11() throws Exception {
        Origin service = Origin.following(authority.server(authority.issue("service.example"), false), HELLO_ALWAYS);
        try (Conversation caller = call(service)) {
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 200 OK\r\n"));
            assertEquals("hello", caller.hear(5));
        }
    }

    @Test
    void withoutAServerNameTheTargetsAddressMustStandInTheCertificate() throws Exception {
        TargetTls byAddress = new TargetTls(
                Optional.of(authority.write(folder)), Optional.empty(), Optional.empty(), Optional.empty());
        try (Conversation caller = call(serving(authority.issue("127.0.0.1")), byAddress, TargetHost.KEEP)) {
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 200 OK\r\n"));
            assertEquals("hello", caller.hear(5));
        }
    }

    @Test
    void aCertificateForAnotherNameIsRefusedAndNothingSent() throws Exception {
        try (Conversation caller = call(serving(authority.issue("other.example")))) {
            assertProblem(502, "tls_certificate_error", caller.say(GET).hearHead());
        }
        assertEquals(0, origin.headsHeard());
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        Issued expired = authority.issue("service.example", Instant.now().minus(Duration.ofDays(1)));
        try (Conversation caller = call(serving(expired))) {
            assertProblem(502, "tls_certificate_error", caller.say(GET).hearHead());
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
        Origin service = serving(authority.issue("service.example"));
        try (Conversation caller = call(service, trusting(new TestAuthority()), TargetHost.KEEP)) {
            assertProblem(502, "tls_certificate_error", caller.say(GET).hearHead());
        }
    }

    @Test
    void theJdksAuthoritiesHoldWhenNoOthersAreNamed() throws Exception {
        Origin service = serving(authority.issue("127.0.0.1"));
        try (Conversation caller = call(service, TargetTls.DEFAULTS, TargetHost.KEEP)) {
            assertProblem(502, "tls_certificate_error", caller.say(GET).hearHead());
        }
    }

    @Test
    void aServiceThatSpeaksNoTlsIsNotSpokenToInTheClear() throws Exception {
        Origin plain = Origin.following(service -> {
            service.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            service.raw().hearGone();
        });
        try (Conversation caller = call(plain)) {
            assertProblem(502, "tls_protocol_error", caller.say(GET).hearHead());
        }
    }

    @Test
    void aServiceThatEndsTheHandshakeIsATlsFailure() throws Exception {
        try (Conversation caller = call(Origin.following(service -> {}))) {
            assertProblem(502, "tls_protocol_error", caller.say(GET).hearHead());
        }
    }

    @Test
    void aServerHelloOf16MebibytesIsNotWaitedFor() throws Exception {
        Origin endless = Origin.following(service -> {
            service.say("\u0016\u0003\u0003\u0040\0\u0002\u00ff\u00ff\u00ff");
            service.say("\0".repeat(0x4000 - 4));
            service.raw().hearGone();
        });
        try (Conversation caller = call(endless)) {
            assertProblem(502, "tls_protocol_error", caller.say(GET).hearHead());
        }
    }

    @Test
    void aHandshakeThatDoesNotEndIsWaitedForABoundedTime() throws Exception {
        CallLimits hasty =
                new TestLimits().connectTimeout(Duration.ofMillis(300)).limits();
        Origin silent = Origin.following(service -> service.raw().hearGone());
        try (Conversation caller = call(silent, trusting(authority), TargetHost.KEEP, hasty)) {
            assertProblem(504, "connection_timeout", caller.say(GET).hearHead());
        }
    }

    @Test
    void aServiceThatAsksForACertificateGetsTheConfiguredOne() throws Exception {
        Issued own = authority.issue("bridge.example");
        TargetTls tls = new TargetTls(
                Optional.of(authority.write(folder)),
                Optional.of("service.example"),
                Optional.of(own.writeCertificate(folder)),
                Optional.of(own.writeKey(folder)));
        Origin service =
                Origin.following(authority.server(authority.issue("service.example"), true, "http/1.1"), HELLO_ALWAYS);
        try (Conversation caller = call(service, tls, TargetHost.KEEP)) {
            assertTrue(caller.say(GET).hearHead().startsWith("HTTP/1.1 200 OK\r\n"));
            assertEquals("hello", caller.hear(5));
        }
    }

    @Test
    void aServiceThatAsksForACertificateInVainIsATlsFailure() throws Exception {
        Origin service =
                Origin.following(authority.server(authority.issue("service.example"), true, "http/1.1"), HELLO_ALWAYS);
        try (Conversation caller = call(service)) {
            assertProblem(502, "tls_protocol_error", caller.say(GET).hearHead());
        }
    }

    @Test
    void aBodyUpToTheEndIsWholeWhenTlsSaidGoodbye() throws Exception {
        Origin service = Origin.following(
                authority.server(authority.issue("service.example"), false, "http/1.1"), conversation -> {
                    conversation.head();
                    conversation.say("HTTP/1.1 200 OK\r\n\r\nall of it");
                });
        try (Conversation caller = call(service)) {
            caller.say("GET / HTTP/1.0\r\nHost: o\r\n\r\n");
            assertTrue(caller.hearAll().endsWith("\r\n\r\nall of it"));
        }
    }

    @Test
    void aBodyUpToTheEndIsCutOffWhenTlsSaidNothing() throws Exception {
        Origin service = Origin.following(
                authority.server(authority.issue("service.example"), false, "http/1.1"), conversation -> {
                    conversation.head();
                    conversation.say("HTTP/1.1 200 OK\r\n\r\nhalf of");
                    conversation.cut();
                });
        try (Conversation caller = call(service)) {
            caller.say("GET / HTTP/1.0\r\nHost: o\r\n\r\n");
            assertTrue(caller.hearReset().startsWith("HTTP/1.1 200"));
        }
    }

    @Test
    void hostIsTheTargetsOrAnotherWhenConfigured() throws Exception {
        Origin service = serving(authority.issue("service.example"));
        try (Conversation caller = call(service, trusting(authority), new TargetHost("inner.example:8443"))) {
            caller.say(GET).hearHead();
        }
        assertTrue(origin.takeHead().contains("Host: inner.example:8443\r\n"));
    }

    @Test
    void filesThatAreMissingOrHoldSomethingElseAreToldByName() throws Exception {
        Path missing = folder.resolve("missing.pem");
        Path nonsense = Files.writeString(folder.resolve("nonsense.pem"), "not a certificate");
        Stream.of(missing, nonsense).forEach(file -> {
            TargetTls tls = new TargetTls(Optional.of(file), Optional.empty(), Optional.empty(), Optional.empty());
            Target target = Target.parse("https://127.0.0.1:" + Origin.deadPort());
            ExportPort port =
                    new ExportPort("main", 80, Protocol.HTTP, List.of(target), Optional.of(tls), TargetHost.KEEP);
            Exception refusal = assertThrows(Exception.class, () -> CallPath.start(CallLimits.DEFAULTS, port));
            Throwable cause = refusal instanceof CompletionException wrapped ? wrapped.getCause() : refusal;
            assertTrue(cause instanceof ConfigException, String.valueOf(cause));
            assertTrue(String.valueOf(cause.getMessage()).contains(file.toString()), cause.getMessage());
            assertFalse(String.valueOf(cause.getMessage()).contains("not a certificate"), cause.getMessage());
        });
    }

    private static ExportPort port(Optional<TargetTls> tls, String... targets) {
        return new ExportPort(
                "main", 80, Protocol.HTTP, Stream.of(targets).map(Target::parse).toList(), tls, TargetHost.KEEP);
    }

    @Test
    void aPortMayGetItsFirstTargetBehindTlsWhileItRuns() throws Exception {
        // Given a port that has none yet
        Optional<TargetTls> tls = Optional.of(trusting(authority));
        Origin service = serving(authority.issue("service.example"));
        origin = service;
        CallPath started = CallPath.start(CallLimits.DEFAULTS, port(tls));
        path = started;
        try (Conversation caller = Conversation.with(started.port())) {
            // When
            started.retarget(port(tls, "https://127.0.0.1:" + service.port()));

            // Then
            caller.say(GET).hearHead();
            assertEquals("hello", caller.hear(5));
        }
    }

    @Test
    void aPortThatSaysNothingOfTlsTrustsTheJdksAuthoritiesFromItsFirstSuchTargetOn() throws Exception {
        // Given
        Origin plain = Origin.following(HELLO_ALWAYS);
        Origin service = serving(authority.issue("127.0.0.1"));
        origin = service;
        CallPath started = CallPath.start(CallLimits.DEFAULTS, port(Optional.empty(), "127.0.0.1:" + plain.port()));
        path = started;
        try (plain;
                Conversation caller = Conversation.with(started.port())) {
            caller.say(GET).hearHead();
            assertEquals("hello", caller.hear(5));

            // When
            started.retarget(port(Optional.empty(), "https://127.0.0.1:" + service.port()));

            // Then
            assertProblem(502, "tls_certificate_error", caller.say(GET).hearHead());
        }
    }

    @Test
    void filesOfAPortWithoutATargetAreReadBeforeItHasOne() {
        Optional<TargetTls> tls = Optional.of(new TargetTls(
                Optional.of(folder.resolve("missing")), Optional.empty(), Optional.empty(), Optional.empty()));

        assertThrows(Exception.class, () -> CallPath.start(CallLimits.DEFAULTS, port(tls)));
    }
}

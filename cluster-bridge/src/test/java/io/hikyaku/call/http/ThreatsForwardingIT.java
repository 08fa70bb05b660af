package io.hikyaku.call.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.call.CallPath;
import io.hikyaku.call.Conversation;
import io.hikyaku.call.Origin;
import io.hikyaku.call.RecordingService;
import io.hikyaku.call.Threats;
import io.hikyaku.call.Violation;
import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.net.NoLeaks;
import io.hikyaku.service.ExportPort;
import io.hikyaku.service.Forwarded;
import io.hikyaku.service.Protocol;
import io.hikyaku.service.Target;
import io.hikyaku.service.TargetAddresses;
import io.hikyaku.service.TargetHost;
import io.hikyaku.service.Trace;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What callers say of where they come from, and where calls may go. The nested classes are rows of docs/THREATS.md.
@ExtendWith(NoLeaks.class)
@Timeout(120)
class ThreatsForwardingIT {
    private static final String LIES =
            "Forwarded: for=6.6.6.6\r\nX-Forwarded-For: 6.6.6.6\r\nx-forwarded-host: evil\r\n"
                    + "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Client-Cert: x\r\nX-Real-IP: 6.6.6.6\r\n"
                    + "X-Envoy-External-Address: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nX_Real_IP: 6.6.6.6\r\n";
    private static final String OURS =
            "X-Hikyaku-Source-Cluster: evil\r\nx-hikyaku-anything: evil\r\nX_Hikyaku_Other: evil\r\n";

    private static Threats configured(Forwarded forwarded, boolean trusted) {
        return new Threats(
                CallLimits.DEFAULTS,
                CallPath.importPort(Optional.empty(), forwarded, trusted),
                RecordingService.start());
    }

    @Nested
    class I1 {
        @Test
        void whatCallersSayOfThemselvesIsNotBelieved() throws IOException {
            try (Threats threats = new Threats()) {
                threats.passes(
                        "GET / HTTP/1.1\r\nHost: o\r\nX: 1\r\n" + LIES + OURS + "Y: 2\r\n\r\n",
                        "GET / HTTP/1.1\r\nHost: o\r\nX: 1\r\nY: 2\r\n" + Threats.added() + "\r\n");
            }
        }

        @Test
        void whatTrustedCallersSayIsPassedOnWithOursBehindIt() throws IOException {
            try (Threats threats = configured(Forwarded.ADDRESS, true)) {
                threats.passes(
                        "GET / HTTP/1.1\r\nHost: o:80\r\n" + LIES + OURS + "Y: 2\r\n\r\n",
                        "GET / HTTP/1.1\r\nHost: o:80\r\n" + LIES
                                + "Y: 2\r\nForwarded: for=127.0.0.1;by=_tokyo;proto=http;host=\"o:80\"\r\n"
                                + "X-Forwarded-For: 127.0.0.1\r\n" + Threats.ADDED + "\r\n");
            }
        }

        @Test
        void servicesAreToldNothingOfCallersIfSoConfigured() throws IOException {
            try (Threats threats = configured(Forwarded.NONE, false)) {
                threats.passes(
                        "GET / HTTP/1.1\r\nHost: o\r\n" + LIES + "\r\n",
                        "GET / HTTP/1.1\r\nHost: o\r\n" + Threats.ADDED + "\r\n");
            }
        }

        @Test
        void aCallerOfHttp10WithoutHostIsToldOfWithoutIt() throws IOException {
            try (Threats threats = new Threats()) {
                threats.passes(
                        "GET / HTTP/1.0\r\n\r\n",
                        "GET / HTTP/1.1\r\nHost: \r\nForwarded: for=_x;by=_tokyo;proto=http\r\n"
                                + Threats.ADDED.replace("Via: 1.1", "Via: 1.0") + "\r\n");
            }
        }

        @Test
        void viaIsAddedToAndNeverTakenOut() throws IOException {
            try (Threats threats = new Threats()) {
                threats.passes(
                        "GET / HTTP/1.1\r\nHost: o\r\nVia: 1.0 a (x), 1.1 osaka\r\n\r\n",
                        "GET / HTTP/1.1\r\nHost: o\r\nVia: 1.0 a (x), 1.1 osaka\r\n" + Threats.added() + "\r\n");
            }
        }
    }

    @Nested
    class I2 {
        private static final String TRACE = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
                + "TraceState: a=1\r\nBaggage: k=v\r\n";

        private static Threats configured(Trace trace) {
            return new Threats(
                    CallLimits.DEFAULTS,
                    CallPath.importPort(Optional.empty(), Forwarded.NONE, true, trace),
                    RecordingService.start());
        }

        @Test
        void aTraceGoesOnUnlessConfiguredOtherwise() throws IOException {
            try (Threats threats = configured(Trace.CONTINUE)) {
                threats.passes(
                        "GET / HTTP/1.1\r\nHost: o\r\nX: 1\r\n" + TRACE + "\r\n",
                        "GET / HTTP/1.1\r\nHost: o\r\nX: 1\r\n" + TRACE + Threats.ADDED + "\r\n");
            }
        }

        @Test
        void aTraceEndsAtTheBoundaryIfSoConfigured() throws IOException {
            try (Threats threats = configured(Trace.RESTART)) {
                threats.passes(
                        "GET / HTTP/1.1\r\nHost: o\r\nX: 1\r\n" + TRACE + "\r\n",
                        "GET / HTTP/1.1\r\nHost: o\r\nX: 1\r\n" + Threats.ADDED + "\r\n");
            }
        }
    }

    @Nested
    class I3 {
        @ParameterizedTest
        @ValueSource(strings = {"other.service", "169.254.169.254", "localhost:22", "kubernetes.default"})
        void theHostChoosesNothing(String host) throws IOException {
            try (Threats threats = configured(Forwarded.NONE, false)) {
                threats.passes(
                        "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
                        "GET / HTTP/1.1\r\nHost: " + host + "\r\n" + Threats.ADDED + "\r\n");
            }
        }
    }

    @Nested
    class I4 {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "169.254.169.254:80",
                    "https://169.254.0.1:443",
                    "[fe80::1]:80",
                    "[fe80::1%eth0]:80",
                    "[::ffff:169.254.169.254]:80",
                    "[64:ff9b::169.254.169.254]:80",
                    "[fd00:ec2::254]:80",
                    "0.0.0.0:80",
                    "[::]:80",
                    "224.0.0.1:80",
                    "[ff02::1]:80",
                    "255.255.255.255:80"
                })
        void aTargetThatNoTargetMayBeIsNoConfiguration(String target) {
            assertThrows(IllegalArgumentException.class, () -> Target.parse(target));
        }

        @ParameterizedTest
        @CsvSource({
            "metadata.example, 169.254.169.254, false",
            "metadata.example, fe80::1, false",
            "localhost, 169.254.169.254, false",
            "inside.example, 127.0.0.1, false",
            "inside.example, ::1, false",
            "inside.example, 0.0.0.0, false",
            "inside.example, 64:ff9b::a9fe:a9fe, false",
            "inside.example, 10.0.0.1, true",
            "inside.example, fd00::1, true",
            "localhost, 127.0.0.1, true",
            "a.localhost, ::1, true",
            "127.0.0.1, 127.0.0.1, true",
        })
        void aNameMayNotLeadToWhereNoTargetMayBe(String name, String address, boolean allowed) {
            assertEquals(allowed, TargetAddresses.isAllowed(new HostPort(name, 80), InetAddress.ofLiteral(address)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"inside.example", "metadata.example"})
        void aCallToANameThatLeadsInsideIsRefused(String name) throws IOException {
            try (RecordingService origin = RecordingService.start();
                    CallPath path = CallPath.start(CallLimits.DEFAULTS, exportTo(name, origin.port()));
                    Conversation caller = Conversation.with(path.port())) {
                String answer = caller.say("GET / HTTP/1.1\r\nHost: o\r\n\r\n").hearHead();

                assertTrue(answer.startsWith("HTTP/1.1 502 Bad Gateway\r\n"), answer);
                assertTrue(answer.contains("error=destination_ip_prohibited\r\n"), answer);
                assertEquals(0, origin.connections());
                caller.close();
                path.awaitQuiet();
            }
        }

        private static ExportPort exportTo(String host, int port) {
            return new ExportPort("main", 80, Protocol.HTTP, List.of(new Target(new HostPort(host, port))));
        }

        @Test
        void aCallToLocalhostGoes() throws IOException {
            try (RecordingService origin = RecordingService.start();
                    CallPath path = CallPath.start(
                            CallLimits.DEFAULTS,
                            new ExportPort(
                                    "main",
                                    80,
                                    Protocol.HTTP,
                                    List.of(new Target(new HostPort("localhost", origin.port())))));
                    Conversation caller = Conversation.with(path.port())) {
                String answer = caller.say("GET / HTTP/1.1\r\nHost: o\r\n\r\n").hearHead();

                assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
                caller.close();
                path.awaitQuiet();
            }
        }
    }

    /// @param exported makes the service its own import
    private static void assertEndsInALoop(Consumer<CallPath> exported) throws IOException {
        try (CallPath path = CallPath.startBare(Protocol.HTTP, CallLimits.DEFAULTS)) {
            exported.accept(path);
            path.candidates((shard, own) -> List.of(own));
            try (Conversation caller = Conversation.with(path.port())) {
                String answer = caller.say("GET / HTTP/1.1\r\nHost: o\r\n\r\n").hearHead();

                assertTrue(answer.startsWith("HTTP/1.1 502 Bad Gateway\r\n"), answer);
                assertTrue(answer.contains("error=proxy_loop_detected\r\n"), answer);
            }
            path.export(Protocol.HTTP);
            path.awaitQuiet();
        }
    }

    @Nested
    class I5 {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Via: 1.1 tokyo, 1.1 tokyo, 1.1 tokyo",
                    "Via: 1.1 tokyo, 1.1 osaka, 2.0 tokyo (again)\r\nvia: HTTP/1.1\ttokyo",
                    "Via: 1.0 tokyo\r\nVia: 1.1 tokyo\r\nVia: 1.1 tokyo\r\nVia: 1.1 tokyo"
                })
        void aCallThatHasPassedHereThreeTimesIsRefused(String via) throws IOException {
            try (Threats threats = new Threats()) {
                threats.refuses(502, Violation.LOOP, "GET / HTTP/1.1\r\nHost: o\r\n" + via + "\r\n\r\n");
            }
        }

        @Test
        void aCallThatHasPassed33GatewaysIsRefused() throws IOException {
            try (Threats threats = new Threats()) {
                String via = "Via: " + "1.1 another, ".repeat(32) + "1.1 last";
                threats.refuses(502, Violation.LOOP, "GET / HTTP/1.1\r\nHost: o\r\n" + via + "\r\n\r\n");
            }
        }

        @Test
        void twiceIsNoLoop() throws IOException {
            try (Threats threats = new Threats()) {
                String via = "Via: 1.1 tokyo, 1.1 tokyo-2, 1.1 x (tokyo), 1.1 tokyo\r\n";
                threats.passes(
                        "GET / HTTP/1.1\r\nHost: o\r\n" + via + "\r\n",
                        "GET / HTTP/1.1\r\nHost: o\r\n" + via + Threats.added() + "\r\n");
            }
        }

        @Test
        void aServiceThatIsItsOwnImportEndsInALoop() throws IOException {
            assertEndsInALoop(path -> path.export(Protocol.HTTP, path.port()));
        }
    }

    @Nested
    class ViaIsHidden {
        private ExportPort port(int target) {
            return new ExportPort(
                    "main",
                    80,
                    Protocol.HTTP,
                    List.of(new Target(new HostPort("127.0.0.1", target))),
                    Optional.empty(),
                    TargetHost.KEEP,
                    false);
        }

        @Test
        void theServiceSeesItUnderAnotherName() throws Exception {
            Origin origin = Origin.answering("HTTP/1.1 204 No Content\r\n\r\n");
            CallPath path = CallPath.start(CallLimits.DEFAULTS, port(origin.port()));
            try (Conversation caller = Conversation.with(path.port())) {
                caller.say("GET / HTTP/1.1\r\nHost: o\r\nVia: 1.0 old\r\nX-Hikyaku-Via: 1.1 kyoto\r\n"
                                + "X-Hikyaku-Source-Cluster: kyoto\r\nX_Hikyaku_Via: 1.1 other\r\n\r\n")
                        .hearHead();

                String head = origin.takeHead();
                assertEquals(
                        List.of(
                                "X-Hikyaku-Via: 1.0 old",
                                "X-Hikyaku-Via: 1.1 kyoto",
                                "X-Hikyaku-Via: 1.1 tokyo",
                                "X-Hikyaku-Via: 1.1 tokyo",
                                "X-Hikyaku-Source-Cluster: tokyo"),
                        head.lines()
                                .filter(line -> line.toLowerCase(Locale.ROOT).contains("via:")
                                        || line.startsWith("X-H")
                                        || line.startsWith("X_H"))
                                .toList());
            }
            path.closeAfter(origin);
        }

        @Test
        void aServiceThatIsItsOwnImportEndsInALoopAllTheSame() throws IOException {
            assertEndsInALoop(path -> path.export(port(path.port())));
        }
    }

    @Nested
    class I9 {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "GET /\u001b[31m HTTP/1.1\r\nHost: o\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: ${jndi:ldap://evil}\r\n\r\n",
                    "GET /%n%n HTTP/9.9\r\nHost: o\r\n\r\n",
                    "{}{}{} / HTTP/1.1\r\nHost: o\r\n\r\n",
                    "GET / HTTP/1.1\r\nHost: o\r\nConnection: authorization, ${x}\r\n\r\n"
                })
        void nothingThatCallersSendIsLogged(String request) throws IOException {
            try (Threats threats = new Threats()) {
                threats.refusesAnyhow(request);
            }
        }
    }

    @Nested
    class I10 {
        @Test
        void labelsOfMetricsComeFromTheConfigurationAlone() throws IOException {
            try (Threats threats = new Threats()) {
                int before = threats.path().meterCount();
                for (int i = 0; i < 50; i++) {
                    threats.passes(
                            "M" + i + " /p" + i + " HTTP/1.1\r\nHost: h" + i + "\r\n\r\n",
                            "M" + i + " /p" + i + " HTTP/1.1\r\nHost: h" + i + "\r\n"
                                    + Threats.added().replace("host=o", "host=h" + i) + "\r\n");
                    if (i == 0) {
                        threats.path().awaitQuiet();
                        before = threats.path().meterCount();
                    }
                }

                threats.path().awaitQuiet();
                assertEquals(before, threats.path().meterCount());
            }
        }
    }
}

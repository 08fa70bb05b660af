package io.hikyaku.identity.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.MeshTrust;
import io.hikyaku.identity.Rejected;
import io.hikyaku.identity.TestCertificates;
import io.hikyaku.identity.TlsHandshake;
import io.hikyaku.identity.issue.Authority;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChannelTlsTest {

    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir
    private Path directory;

    private Authority authority;
    private Identity tokyo;
    private Identity osaka;

    @BeforeEach
    void issue() throws Exception {
        authority = Authority.init("demo", directory.resolve("ca"), CLOCK);
        tokyo = identity(authority, Member.cluster("demo", "tokyo"));
        osaka = identity(authority, Member.cluster("demo", "osaka"));
    }

    @Test
    void bothEndsLearnWhoTheOtherIs() throws Exception {
        // Given
        SSLEngine client = new ChannelTls(tokyo).client(Member::isCluster);
        SSLEngine server = new ChannelTls(osaka).server(Member::isCluster);

        // When
        TlsHandshake.complete(client, server);

        // Then
        assertEquals(osaka.member(), MeshTrust.memberOf(client.getSession()));
        assertEquals(tokyo.member(), MeshTrust.memberOf(server.getSession()));
        assertEquals("TLSv1.3", client.getSession().getProtocol());
        assertEquals("TLS_AES_128_GCM_SHA256", client.getSession().getCipherSuite());
    }

    @Test
    void bothEndsExportTheSameKeyingMaterial() throws Exception {
        // Given
        SSLEngine client = new ChannelTls(tokyo).client(Member::isCluster);
        SSLEngine server = new ChannelTls(osaka).server(Member::isCluster);
        byte[] context = {1, 2, 3};

        // When
        TlsHandshake.complete(client, server);

        // Then
        byte[] exported = export(client, context);
        assertArrayEquals(exported, export(server, context));
        assertEquals(32, exported.length);
    }

    @Test
    void refusesARelayWhereAClusterIsExpected() throws Exception {
        // Given
        Identity relay = identity(authority, Member.relay("demo", "osaka"));
        SSLEngine client = new ChannelTls(tokyo).client(Member::isCluster);
        SSLEngine server = new ChannelTls(relay).server(Member::isCluster);

        // When
        SSLException refused = assertThrows(SSLException.class, () -> TlsHandshake.complete(client, server));

        // Then
        assertEquals(Rejected.Reason.WRONG_MEMBER, rejection(refused).reason());
    }

    @Test
    void refusesAnotherMesh() throws Exception {
        // Given
        Identity foreign = TestCertificates.identity(directory.resolve("x"), Member.cluster("other", "osaka"), CLOCK);
        SSLEngine client = new ChannelTls(tokyo).client(Member::isCluster);
        SSLEngine server = new ChannelTls(foreign).server(Member::isCluster);

        // When
        SSLException refused = assertThrows(SSLException.class, () -> TlsHandshake.complete(client, server));

        // Then
        assertEquals(Rejected.Reason.OTHER_MESH, rejection(refused).reason());
    }

    @Test
    void refusesAPeerWithoutACertificate() throws Exception {
        // Given
        SSLContext anonymous = SSLContext.getInstance("TLSv1.3");
        anonymous.init(null, new TrustManager[] {tokyo.trust().trustManager(member -> true)}, null);
        SSLEngine client = anonymous.createSSLEngine();
        client.setUseClientMode(true);
        SSLEngine server = new ChannelTls(osaka).server(Member::isCluster);

        // When, then
        assertThrows(SSLException.class, () -> TlsHandshake.complete(client, server));
        assertThrows(Rejected.class, () -> MeshTrust.memberOf(server.getSession()));
    }

    @Test
    void refusesTls12() throws Exception {
        // Given
        SSLEngine client = new ChannelTls(tokyo).client(Member::isCluster);
        client.setEnabledProtocols(new String[] {"TLSv1.2"});
        client.setEnabledCipherSuites(new String[] {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"});
        SSLEngine server = new ChannelTls(osaka).server(Member::isCluster);

        // When, then
        assertThrows(SSLException.class, () -> TlsHandshake.complete(client, server));
    }

    private Identity identity(Authority by, Member member) throws Exception {
        Path out = directory.resolve(member.kind().path() + "-" + member.name());
        by.issue(member, out, Duration.ofDays(1));
        return Identity.load(out, CLOCK);
    }

    private static byte[] export(SSLEngine engine, byte[] context) throws SSLException {
        return assertInstanceOf(ExtendedSSLSession.class, engine.getSession())
                .exportKeyingMaterialData("EXPERIMENTAL hikyaku", context, 32);
    }

    private static Rejected rejection(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof Rejected rejected) {
                return rejected;
            }
        }
        throw new AssertionError("refused for another reason", thrown);
    }
}

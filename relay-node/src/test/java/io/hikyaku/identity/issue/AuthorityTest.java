package io.hikyaku.identity.issue;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.IdentityException;
import io.hikyaku.identity.InstanceKey;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.TestCertificates;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files only, no sockets.
class AuthorityTest {

    private static final Member OSAKA = Member.cluster("demo", "osaka");
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    private Path directory;

    @Test
    void issuesWhatAnIdentityIsLoadedFrom() throws Exception {
        // When
        init().issue(OSAKA, out(), DAY);

        // Then
        Identity identity = Identity.load(out(), TestCertificates.CLOCK);
        assertEquals(OSAKA, identity.member());
        assertEquals(List.of(), identity.warnings());
        assertEquals(TestCertificates.NOW.plus(DAY), identity.notAfter());
        assertEquals(TestCertificates.NOW.minus(Duration.ofMinutes(10)), identity.notBefore());
        assertEquals(List.of("ca.crt", "tls.crt", "tls.key"), files(out()));
        assertEquals(List.of("ca.crt", "ca.key"), files(ca()));
    }

    @Test
    void aMembersCertificateSaysNoMoreThanItMust() throws Exception {
        // Given
        Authority authority = init();

        // When
        X509Certificate certificate = authority.issue(OSAKA, out(), DAY);

        // Then
        assertEquals(List.of(List.of(6, "spiffe://demo/cluster/osaka")), names(certificate));
        assertEquals(
                "CN=osaka,OU=cluster,O=demo",
                certificate.getSubjectX500Principal().getName());
        assertEquals(-1, certificate.getBasicConstraints());
        assertArrayEquals(
                new boolean[] {true, false, false, false, false, false, false, false, false},
                certificate.getKeyUsage());
        assertEquals(List.of("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"), certificate.getExtendedKeyUsage());
        assertEquals(authority.certificate().getSubjectX500Principal(), certificate.getIssuerX500Principal());
        assertTrue(certificate.getSerialNumber().signum() > 0);
        assertTrue(certificate.getSerialNumber().bitLength() > 64, "a random serial of 128 bits");
        assertEquals("SHA256withECDSA", certificate.getSigAlgName());
        certificate.verify(authority.certificate().getPublicKey());
    }

    @Test
    void anAuthoritysCertificateSignsMembersOnly() throws Exception {
        // When
        X509Certificate certificate = init().certificate();

        // Then
        assertEquals(0, certificate.getBasicConstraints());
        assertArrayEquals(
                new boolean[] {false, false, false, false, false, true, true, false, false}, certificate.getKeyUsage());
        assertEquals(List.of(List.of(6, "spiffe://demo")), names(certificate));
        assertTrue(certificate.getCriticalExtensionOIDs().contains("2.5.29.30"), "name constraints");
        certificate.verify(certificate.getPublicKey());
    }

    @Test
    void keysAreTheirOwnersOnly() throws Exception {
        // When
        init().issue(OSAKA, out(), DAY);

        // Then
        assertEquals("rw-------", permissions(ca().resolve("ca.key")));
        assertEquals("rw-------", permissions(out().resolve("tls.key")));
        assertEquals("rw-r--r--", permissions(out().resolve("tls.crt")));
        assertEquals("rwx------", permissions(ca()));
        assertEquals("rwx------", permissions(out()));
    }

    @Test
    void aSecondIssueKeepsTheKeyAndReplacesTheCertificate() throws Exception {
        // Given
        X509Certificate first = init().issue(OSAKA, out(), DAY);
        String key = Files.readString(out().resolve("tls.key"));

        // When
        X509Certificate second = Authority.open(ca(), TestCertificates.CLOCK).issue(OSAKA, out(), Duration.ofDays(2));

        // Then
        assertEquals(key, Files.readString(out().resolve("tls.key")));
        assertNotEquals(first.getSerialNumber(), second.getSerialNumber());
        assertEquals(second, Identity.load(out(), TestCertificates.CLOCK).certificate());
        assertEquals(List.of("ca.crt", "tls.crt", "tls.key"), files(out()));
    }

    @Test
    void aKeyWithoutCertificateIsUsed() throws Exception {
        // Given: a crash between the two
        init().issue(OSAKA, out(), DAY);
        String key = Files.readString(out().resolve("tls.key"));
        Files.delete(out().resolve("tls.crt"));

        // When
        Authority.open(ca(), TestCertificates.CLOCK).issue(OSAKA, out(), DAY);

        // Then
        assertEquals(key, Files.readString(out().resolve("tls.key")));
        assertEquals(OSAKA, Identity.load(out(), TestCertificates.CLOCK).member());
    }

    @Test
    void refusesToReplaceAnAuthority() throws Exception {
        // Given
        init();
        String key = Files.readString(ca().resolve("ca.key"));

        // When
        IdentityException refused = assertThrows(IdentityException.class, this::init);

        // Then
        assertTrue(refused.getMessage().contains("ca.key exists already"), refused.getMessage());
        assertEquals(key, Files.readString(ca().resolve("ca.key")));
    }

    @Test
    void refusesToReplaceAnotherMembersIdentity() throws Exception {
        // Given
        Authority authority = init();
        authority.issue(OSAKA, out(), DAY);
        String certificate = Files.readString(out().resolve("tls.crt"));

        // When
        IdentityException refused =
                assertThrows(IdentityException.class, () -> authority.issue(Member.relay("demo", "osaka"), out(), DAY));

        // Then
        assertTrue(refused.getMessage().contains("tls.crt belongs to " + OSAKA), refused.getMessage());
        assertEquals(certificate, Files.readString(out().resolve("tls.crt")));
    }

    @Test
    void refusesToPutAnIdentityWhereAnAuthorityIs() throws Exception {
        Authority authority = init();
        IdentityException refused = assertThrows(IdentityException.class, () -> authority.issue(OSAKA, ca(), DAY));
        assertTrue(refused.getMessage().contains("holds an authority"), refused.getMessage());
        assertEquals(List.of("ca.crt", "ca.key"), files(ca()));
    }

    @Test
    void refusesAMemberOfAnotherMesh() throws Exception {
        Authority authority = init();
        assertThrows(
                IllegalArgumentException.class, () -> authority.issue(Member.cluster("other", "osaka"), out(), DAY));
        assertFalse(Files.exists(out()));
    }

    @Test
    void refusesToOutliveItself() throws Exception {
        Authority authority = init();
        authority.issue(OSAKA, out(), Authority.LIFETIME);
        assertThrows(IdentityException.class, () -> authority.issue(OSAKA, out(), Authority.LIFETIME.plusSeconds(1)));
    }

    @Test
    void refusesAMeshThatIsNoLabel() {
        assertThrows(
                IllegalArgumentException.class, () -> Authority.init("Demo.example", ca(), TestCertificates.CLOCK));
        assertFalse(Files.exists(ca()));
    }

    @Test
    void opensOnlyWhatIsAnAuthority() throws Exception {
        // Given
        init().issue(OSAKA, out(), DAY);
        Path missing = directory.resolve("missing");
        Path member = Files.createDirectory(directory.resolve("member"));
        Files.copy(out().resolve("tls.crt"), member.resolve("ca.crt"));
        Files.copy(out().resolve("tls.key"), member.resolve("ca.key"));
        Path mixed = Files.createDirectory(directory.resolve("mixed"));
        Files.copy(ca().resolve("ca.crt"), mixed.resolve("ca.crt"));
        Files.copy(out().resolve("tls.key"), mixed.resolve("ca.key"));

        // When, then
        assertTrue(problem(missing).contains("ca.crt does not exist"), problem(missing));
        assertTrue(problem(member).contains("not an authority's certificate"), problem(member));
        assertTrue(problem(mixed).contains("is not the key of the certificate"), problem(mixed));
    }

    @Test
    void neverShowsAKey() throws Exception {
        // Given
        Authority authority = init();
        authority.issue(OSAKA, out(), DAY);
        Identity identity = Identity.load(out(), TestCertificates.CLOCK);

        // When
        List<String> shown = List.of(
                authority.toString(),
                identity.toString(),
                InstanceKey.generate().toString(),
                identity.trust().toString());

        // Then
        assertEquals("Authority[demo in " + ca() + "]", shown.get(0));
        assertEquals("Identity[" + OSAKA + " until " + identity.notAfter() + "]", shown.get(1));
        String secret = Base64.getEncoder().encodeToString(identity.key().getEncoded());
        for (String text : shown) {
            assertFalse(text.contains(secret.substring(secret.length() - 20)), text);
        }
    }

    private Authority init() throws IdentityException, IOException {
        return Authority.init("demo", ca(), TestCertificates.CLOCK);
    }

    private Path ca() {
        return directory.resolve("ca");
    }

    private Path out() {
        return directory.resolve("osaka");
    }

    private static String problem(Path ca) {
        return assertThrows(IdentityException.class, () -> Authority.open(ca, TestCertificates.CLOCK))
                .getMessage();
    }

    private static List<List<?>> names(X509Certificate certificate) throws Exception {
        List<List<?>> names = new ArrayList<>();
        var present = certificate.getSubjectAlternativeNames();
        if (present != null) {
            names.addAll(present);
        }
        return names;
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static List<String> files(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}

package io.hikyaku.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.issue.Authority;
import io.hikyaku.identity.issue.CertificateMaker;
import io.hikyaku.identity.issue.IdentityFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files only, no sockets.
class IdentityTest {

    private static final Member OSAKA = Member.cluster("demo", "osaka");

    @TempDir
    private Path directory;

    private Path osaka;

    @BeforeEach
    void issue() throws Exception {
        osaka = directory.resolve("osaka");
        Authority.init("demo", directory.resolve("ca"), TestCertificates.CLOCK).issue(OSAKA, osaka, Duration.ofDays(1));
    }

    @Test
    void readsAKeyInSec1AsOpensslAndCertManagerWriteIt() throws Exception {
        // Given
        byte[] pkcs8 =
                Pem.privateKey(Files.readString(osaka.resolve("tls.key"))).getEncoded();
        byte[] sec1 = PrivateKeyInfo.getInstance(pkcs8)
                .parsePrivateKey()
                .toASN1Primitive()
                .getEncoded();
        Files.writeString(
                osaka.resolve("tls.key"),
                Pem.encode("EC PARAMETERS", new byte[] {5, 0}) + Pem.encode("EC PRIVATE KEY", sec1));

        // When
        Identity identity = load();

        // Then
        assertEquals(OSAKA, identity.member());
    }

    @Test
    void readsFilesWithTextAroundThePem() throws Exception {
        // Given
        Path file = osaka.resolve("tls.crt");
        Files.writeString(file, "Subject: CN=osaka\n" + Files.readString(file).replace("\n", "\r\n") + "\r\n# end\r\n");

        // When, then
        assertEquals(OSAKA, load().member());
    }

    @Test
    void readsSeveralAuthoritiesForARollover() throws Exception {
        // Given
        Path file = osaka.resolve("ca.crt");
        String next =
                IdentityFiles.pem(List.of(TestCertificates.authority("demo").certificate()));
        Files.writeString(file, next + Files.readString(file));

        // When, then
        assertEquals(2, load().trust().authorities().size());
    }

    @Test
    void namesEveryMissingFile() {
        // When
        List<String> problems = problems(directory.resolve("nowhere"));

        // Then
        assertEquals(3, problems.size());
        for (String file : List.of("tls.crt", "tls.key", "ca.crt")) {
            assertTrue(problems.stream().anyMatch(p -> p.endsWith(file + " does not exist")), problems::toString);
        }
    }

    @Test
    void tellsAllProblemsAtOnce() throws Exception {
        // Given
        Files.writeString(osaka.resolve("tls.crt"), "hello");
        Files.writeString(
                osaka.resolve("tls.key"),
                "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        Files.writeString(osaka.resolve("ca.crt"), Pem.encode("CERTIFICATE", new byte[] {1, 2, 3}));

        // When
        List<String> problems = problems(osaka);

        // Then
        assertEquals(3, problems.size(), problems::toString);
        assertTrue(problems.get(0).contains("tls.crt holds no PEM certificate"), problems::toString);
        assertTrue(problems.get(1).contains("ca.crt "), problems::toString);
        assertTrue(problems.get(2).contains("tls.key is encrypted"), problems::toString);
    }

    @Test
    void refusesAKeyOfAnotherCertificate() throws Exception {
        // Given
        replaceKey(CertificateMaker.newKeyPair());

        // When, then
        assertProblem("tls.key is not the key of the certificate in tls.crt");
    }

    @Test
    void refusesAKeyOnAnotherCurveAndSaysThatANewOneIsNeeded() throws Exception {
        // Given
        replaceKey(TestCertificates.ecKeys("secp384r1"));

        // When, then
        assertProblem("tls.key holds a private key of another kind (EC on another curve)");
        assertProblem("'hikyaku authority issue'");
    }

    @Test
    void refusesAnRsaKeyWithAdviceThatHelpsWhenItIsFollowed() throws Exception {
        // Given
        byte[] pkcs1 = PrivateKeyInfo.getInstance(
                        TestCertificates.rsaKeys().getPrivate().getEncoded())
                .parsePrivateKey()
                .toASN1Primitive()
                .getEncoded();
        Path key = osaka.resolve("tls.key");
        Authority authority = Authority.open(directory.resolve("ca"), TestCertificates.CLOCK);
        for (String text : List.of(
                IdentityFiles.pem(TestCertificates.rsaKeys().getPrivate()), Pem.encode("RSA PRIVATE KEY", pkcs1))) {
            // When
            Files.writeString(key, text);

            // Then
            assertProblem("tls.key holds a private key of another kind (RSA)");
            assertProblem("with --out a folder that holds no key yet");
            IdentityException again =
                    assertThrows(IdentityException.class, () -> authority.issue(OSAKA, osaka, Duration.ofDays(1)));
            assertTrue(again.getMessage().contains("with --out a folder that holds no key yet"), again.getMessage());
        }
        Path fresh = directory.resolve("osaka-2");
        authority.issue(OSAKA, fresh, Duration.ofDays(1));
        assertEquals(OSAKA, Identity.load(fresh, TestCertificates.CLOCK).member());
    }

    @Test
    void refusesAnEd25519KeyByItsName() throws Exception {
        // Given
        replaceKey(java.security.KeyPairGenerator.getInstance("Ed25519").generateKeyPair());

        // When, then
        assertProblem("another kind (Ed25519)");
    }

    @Test
    void saysOfAKeyInTheOldEncryptionHowToDecryptIt() throws Exception {
        // Given
        Files.writeString(osaka.resolve("tls.key"), """
                -----BEGIN RSA PRIVATE KEY-----
                Proc-Type: 4,ENCRYPTED
                DEK-Info: AES-128-CBC,00

                AAAA
                -----END RSA PRIVATE KEY-----
                """);

        // When, then
        assertProblem("tls.key is encrypted, and there is nobody to ask for the passphrase");
    }

    @Test
    void refusesACertificateThatNamesNoMember() throws Exception {
        // Given
        Files.copy(directory.resolve("ca/ca.crt"), osaka.resolve("tls.crt"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(directory.resolve("ca/ca.key"), osaka.resolve("tls.key"), StandardCopyOption.REPLACE_EXISTING);

        // When, then
        assertProblem("tls.crt: the certificate names no member");
    }

    @Test
    void refusesAnExpiredCertificate() {
        // Given
        InstantSource later = InstantSource.fixed(TestCertificates.NOW.plus(Duration.ofDays(2)));

        // When
        IdentityException refused = assertThrows(IdentityException.class, () -> Identity.load(osaka, later));

        // Then
        assertTrue(
                refused.getMessage().contains("tls.crt: the certificate of " + OSAKA + " expired at"),
                refused.getMessage());
    }

    @Test
    void refusesACertificateOfAnotherAuthority() throws Exception {
        // Given
        Files.writeString(
                osaka.resolve("ca.crt"),
                IdentityFiles.pem(List.of(TestCertificates.authority("demo").certificate())));

        // When, then
        assertProblem("tls.crt: no valid path from the certificate of " + OSAKA);
    }

    @Test
    void refusesAMemberAsAnAuthority() throws Exception {
        // Given
        Path file = osaka.resolve("ca.crt");
        Files.writeString(file, Files.readString(file) + Files.readString(osaka.resolve("tls.crt")));

        // When, then
        assertProblem("ca.crt holds a certificate that is not an authority's: CN=osaka");
    }

    @Test
    void refusesAFileOfUnreasonableSize() throws Exception {
        // Given
        Files.write(osaka.resolve("tls.crt"), new byte[(1 << 20) + 1]);

        // When, then
        assertProblem("tls.crt is larger than");
    }

    @Test
    void warnsOfAKeyThatEverybodyCanRead() throws Exception {
        // Given
        Files.setPosixFilePermissions(osaka.resolve("tls.key"), PosixFilePermissions.fromString("rw-r--r--"));

        // When
        List<String> warnings = load().warnings();

        // Then
        assertEquals(1, warnings.size());
        assertTrue(warnings.getFirst().contains("tls.key is readable by everybody"), warnings::toString);
    }

    @Test
    void noProblemQuotesTheKey() throws Exception {
        // Given: a key file whose base64 is cut
        Path file = osaka.resolve("tls.key");
        String text = Files.readString(file);
        String secret = text.lines().skip(1).findFirst().orElseThrow();
        Files.writeString(file, text.replace(secret, secret.substring(0, secret.length() - 3)));

        // When
        List<String> problems = problems(osaka);

        // Then
        assertFalse(problems.toString().contains(secret.substring(0, 20)), problems::toString);
    }

    private Identity load() throws IdentityException {
        return Identity.load(osaka, TestCertificates.CLOCK);
    }

    private void replaceKey(KeyPair pair) throws IOException {
        Files.writeString(osaka.resolve("tls.key"), IdentityFiles.pem(pair.getPrivate()));
    }

    private void assertProblem(String expected) {
        List<String> problems = problems(osaka);
        assertTrue(problems.stream().anyMatch(problem -> problem.contains(expected)), problems::toString);
    }

    private static List<String> problems(Path directory) {
        return assertThrows(IdentityException.class, () -> Identity.load(directory, TestCertificates.CLOCK))
                .problems();
    }
}

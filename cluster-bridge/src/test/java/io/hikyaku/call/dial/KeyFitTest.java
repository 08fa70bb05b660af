package io.hikyaku.call.dial;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyFitTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"EC, SHA256withECDSA", "RSA, SHA256withRSA", "Ed25519, Ed25519"})
    void tellsItsKeyFromAnother(String algorithm, String signing) throws Exception {
        // Given
        KeyPair own = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        KeyPair other = KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        Path certificate = certificate(own, signing);

        // Then
        assertTrue(KeyFit.fits(certificate, key("PRIVATE KEY", own)));
        assertFalse(KeyFit.fits(certificate, key("PRIVATE KEY", other)));
    }

    @ParameterizedTest
    @CsvSource({"RSA, SHA256withRSA"})
    void leavesOtherFormsToThoseWhoReadThem(String algorithm, String signing) throws Exception {
        // Given
        KeyPair own = KeyPairGenerator.getInstance(algorithm).generateKeyPair();

        // Then
        assertTrue(KeyFit.fits(certificate(own, signing), key("RSA PRIVATE KEY", own)));
    }

    private Path certificate(KeyPair pair, String signing) throws Exception {
        X500Name name = new X500Name("CN=somebody");
        Instant now = Instant.now();
        byte[] der = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(now),
                        Date.from(now.plus(Duration.ofDays(1))),
                        name,
                        pair.getPublic())
                .build(new JcaContentSignerBuilder(signing).build(pair.getPrivate()))
                .getEncoded();
        return pem("CERTIFICATE", der);
    }

    private Path key(String label, KeyPair pair) throws Exception {
        return pem(label, pair.getPrivate().getEncoded());
    }

    private Path pem(String label, byte[] der) throws Exception {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                Files.createTempFile(folder, "test", ".pem"),
                "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
    }
}

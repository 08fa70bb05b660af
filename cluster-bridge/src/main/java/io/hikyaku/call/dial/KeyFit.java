package io.hikyaku.call.dial;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether a key belongs to a certificate. Netty and BoringSSL notice only in the handshake that it does not, which is
/// too late where files are replaced one after the other.
final class KeyFit {
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final byte[] PROBE = "hikyaku".getBytes(StandardCharsets.US_ASCII);

    private KeyFit() {}

    /// @param certificate PEM, the leaf first
    /// @param key PEM; what is not in PKCS #8 is taken to fit
    static boolean fits(Path certificate, Path key) throws IOException, GeneralSecurityException {
        Matcher found = PKCS8.matcher(Files.readString(key, StandardCharsets.ISO_8859_1));
        if (!found.find()) {
            return true;
        }
        PublicKey open = publicKey(certificate);
        PKCS8EncodedKeySpec secret =
                new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1)));
        return switch (open.getAlgorithm()) {
            case "EC" -> signs("SHA256withECDSA", KeyFactory.getInstance("EC").generatePrivate(secret), open);
            case "RSA" -> signs("SHA256withRSA", KeyFactory.getInstance("RSA").generatePrivate(secret), open);
            case "EdDSA" -> signs("EdDSA", KeyFactory.getInstance("EdDSA").generatePrivate(secret), open);
            default -> true;
        };
    }

    private static PublicKey publicKey(Path certificate) throws IOException, GeneralSecurityException {
        try (InputStream pem = Files.newInputStream(certificate)) {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(pem)
                    .getPublicKey();
        }
    }

    private static boolean signs(String algorithm, PrivateKey key, PublicKey open) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(PROBE);
        byte[] signed = signature.sign();
        signature.initVerify(open);
        signature.update(PROBE);
        return signature.verify(signed);
    }
}

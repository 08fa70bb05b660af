package io.hikyaku.identity;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The textual encodings of RFC 7468 that identities are stored in. Messages never quote content: it may be a key.
public final class Pem {

    /// The header that turns a P-256 key of SEC 1 (`EC PRIVATE KEY`) into PKCS #8:
    /// version 0, algorithm id-ecPublicKey with prime256v1.
    private static final byte[] PKCS8_VERSION_AND_P256 =
            HexFormat.of().parseHex("020100301306072a8648ce3d020106082a8648ce3d030107");

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    /// RFC 1421 §4.6.1.1, as openssl wrote keys before PKCS #8.
    private static final Pattern OLD_ENCRYPTION = Pattern.compile("(?m)^Proc-Type:\\s*4,\\s*ENCRYPTED");

    private record Block(String label, byte[] der) {}

    private Pem() {}

    /// @throws GeneralSecurityException saying what is wrong, in words that follow "tls.crt: "
    public static List<X509Certificate> certificates(String text) throws GeneralSecurityException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Block block : blocks(text)) {
            if (!block.label.equals("CERTIFICATE")) {
                throw new CertificateException("holds a " + block.label + ", expected certificates only");
            }
            certificates.add(certificate(block.der));
        }
        if (certificates.isEmpty()) {
            throw new CertificateException("holds no PEM certificate");
        }
        return List.copyOf(certificates);
    }

    /// @return a key on the curve P-256
    /// @throws GeneralSecurityException saying what is wrong and what helps, in words that follow "tls.key: "
    public static PrivateKey privateKey(String text) throws GeneralSecurityException {
        if (OLD_ENCRYPTION.matcher(text).find()) {
            throw encrypted();
        }
        for (Block block : blocks(text)) {
            switch (block.label) {
                case "PRIVATE KEY" -> {
                    return decodeKey(block.der);
                }
                case "EC PRIVATE KEY" -> {
                    return decodeKey(pkcs8OfSec1(block.der));
                }
                case "EC PARAMETERS" -> {} // openssl ecparam writes the curve's name in front of the key
                case "ENCRYPTED PRIVATE KEY" -> throw encrypted();
                case "RSA PRIVATE KEY", "DSA PRIVATE KEY" -> throw otherKind(block.label.substring(0, 3));
                default -> throw new GeneralSecurityException("holds a " + block.label + ", expected a private key");
            }
        }
        throw new GeneralSecurityException("holds no PEM private key");
    }

    private static GeneralSecurityException encrypted() {
        return new GeneralSecurityException("is encrypted, and there is nobody to ask for the passphrase:"
                + " put the key there that 'openssl pkcs8 -topk8 -nocrypt -in FILE' prints");
    }

    /// No conversion makes such a key usable.
    private static GeneralSecurityException otherKind(String kind) {
        return new GeneralSecurityException(
                "holds a private key of another kind (" + kind + ") than members have, which"
                        + " is EC on the curve P-256: a new key and a new certificate are needed,"
                        + " from 'hikyaku authority issue' with --out a folder that holds no key yet, or from your"
                        + " issuer (cert-manager: 'privateKey: { algorithm: ECDSA, size: 256,"
                        + " rotationPolicy: Always }')");
    }

    static X509Certificate certificate(byte[] der) throws CertificateException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    public static String encode(String label, byte[] der) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
    }

    private static List<Block> blocks(String text) throws GeneralSecurityException {
        List<Block> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            try {
                byte[] der = Base64.getMimeDecoder().decode(matcher.group(2).getBytes(StandardCharsets.US_ASCII));
                blocks.add(new Block(matcher.group(1), der));
            } catch (IllegalArgumentException e) {
                throw new GeneralSecurityException("is not valid PEM: bad base64 in a " + matcher.group(1), e);
            }
        }
        return blocks;
    }

    private static PrivateKey decodeKey(byte[] pkcs8) throws GeneralSecurityException {
        PrivateKey key = decode("EC", pkcs8);
        if (key != null && MemberCertificate.isP256(key)) {
            return key;
        }
        for (String kind : List.of("EC", "RSA", "Ed25519", "Ed448", "DSA")) {
            if (decode(kind, pkcs8) != null) {
                throw otherKind(kind.equals("EC") ? "EC on another curve" : kind);
            }
        }
        throw new GeneralSecurityException("holds no private key that can be read");
    }

    private static @Nullable PrivateKey decode(String kind, byte[] pkcs8) {
        try {
            return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException e) {
            return null; // The cause is dropped on purpose: decoders may quote what they could not read.
        }
    }

    private static byte[] pkcs8OfSec1(byte[] sec1) {
        byte[] key = derTagged(0x04, sec1);
        byte[] content = new byte[PKCS8_VERSION_AND_P256.length + key.length];
        System.arraycopy(PKCS8_VERSION_AND_P256, 0, content, 0, PKCS8_VERSION_AND_P256.length);
        System.arraycopy(key, 0, content, PKCS8_VERSION_AND_P256.length, key.length);
        return derTagged(0x30, content);
    }

    private static byte[] derTagged(int tag, byte[] content) {
        int length = content.length;
        byte[] header = length < 0x80
                ? new byte[] {(byte) tag, (byte) length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        byte[] der = new byte[header.length + length];
        System.arraycopy(header, 0, der, 0, header.length);
        System.arraycopy(content, 0, der, header.length, length);
        return der;
    }
}

package io.hikyaku.lab;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Kafka's own certificate authority in a test or demo: the operator of a broker rarely is the operator of the
/// mesh, so it is not the mesh's. Names in it are the principals of Kafka's access control lists.
public final class KafkaAuthority {
    static final String BROKER = "broker";

    /// The principal that may do everything, for `kafka prepare` and for granting the rest.
    public static final String ADMINISTRATOR = "administrator";

    private static final X500Principal ISSUER = new X500Principal("CN=kafka authority");
    private static final Duration VALID = Duration.ofDays(1);

    private final KeyPair keys = newKeys();
    private final X509Certificate certificate = sign(ISSUER, keys, true);
    private final Map<String, Map<String, String>> stores = new ConcurrentHashMap<>();

    /// Settings of a Kafka client with this name: TLS, its key, its certificate, and this authority as the only
    /// trust.
    public Map<String, String> clientProperties(String principal) {
        Map<String, String> properties = new LinkedHashMap<>(stores(principal));
        properties.put("security.protocol", "SSL");
        return properties;
    }

    Map<String, String> stores(String principal) {
        return stores.computeIfAbsent(principal, name -> {
            KeyPair subject = newKeys();
            X509Certificate signed = sign(new X500Principal("CN=" + name), subject, false);
            return Map.of(
                    "ssl.keystore.type", "PEM",
                    "ssl.keystore.key", pem(subject.getPrivate()),
                    "ssl.keystore.certificate.chain", pem(signed),
                    "ssl.truststore.type", "PEM",
                    "ssl.truststore.certificates", pem(certificate));
        });
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This JDK has no P-256", e);
        }
    }

    private X509Certificate sign(X500Principal subject, KeyPair subjectKeys, boolean authority) {
        Instant now = Instant.now();
        try {
            JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                    ISSUER,
                    new BigInteger(64, new SecureRandom()),
                    Date.from(now.minus(Duration.ofMinutes(5))),
                    Date.from(now.plus(VALID)),
                    subject,
                    subjectKeys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
                new GeneralName(GeneralName.iPAddress, "127.0.0.1"), new GeneralName(GeneralName.dNSName, "localhost")
            }));
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("A certificate for " + subject + " could not be made", e);
        }
    }

    private static String pem(Object object) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}

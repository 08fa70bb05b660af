package io.hikyaku.call;

import java.io.IOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// An authority of a test's own, for services that speak TLS.
public final class TestAuthority {
    private static final char[] PASSWORD = "test".toCharArray();

    private final KeyPair pair = newPair();
    private final X509Certificate certificate =
            sign("CN=test authority", pair, "", Instant.now().plus(Duration.ofDays(1)));
    private long serial;

    /// A certificate that the authority gave out.
    public record Issued(X509Certificate certificate, PrivateKey key) {
        public Path writeCertificate(Path folder) throws IOException {
            return write(folder, "CERTIFICATE", encoded(certificate));
        }

        public Path writeKey(Path folder) throws IOException {
            return write(folder, "PRIVATE KEY", key.getEncoded());
        }
    }

    /// @param name DNS name, or address
    public Issued issue(String name, Instant notAfter) {
        KeyPair own = newPair();
        return new Issued(sign("CN=somebody", own, name, notAfter), own.getPrivate());
    }

    public Issued issue(String name) {
        return issue(name, Instant.now().plus(Duration.ofDays(1)));
    }

    /// As PEM.
    public Path write(Path folder) throws IOException {
        return write(folder, "CERTIFICATE", encoded(certificate));
    }

    /// TLS as a service speaks it.
    ///
    /// @param protocols by ALPN; none: it is not spoken
    public Origin.Wrapping server(Issued issued, boolean asksForCertificate, String... protocols) {
        SSLContext context = context(issued);
        return socket -> {
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(socket, null, false);
            tls.setUseClientMode(false);
            SSLParameters parameters = tls.getSSLParameters();
            parameters.setApplicationProtocols(protocols);
            parameters.setNeedClientAuth(asksForCertificate);
            tls.setSSLParameters(parameters);
            tls.startHandshake();
            return tls;
        };
    }

    /// For servers that are not sockets.
    public SSLContext context(Issued issued) {
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry("own", issued.key, PASSWORD, new X509Certificate[] {issued.certificate});
            KeyManagerFactory keyManagers = KeyManagerFactory.getInstance("PKIX");
            keyManagers.init(keys, PASSWORD);
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", certificate);
            TrustManagerFactory trustManagers = TrustManagerFactory.getInstance("PKIX");
            trustManagers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    public static String protocolOf(Socket socket) {
        return ((SSLSocket) socket).getApplicationProtocol();
    }

    private X509Certificate sign(String subject, KeyPair own, String name, Instant notAfter) {
        try {
            serial++;
            var builder = new JcaX509v3CertificateBuilder(
                    new X500Name("CN=test authority"),
                    BigInteger.valueOf(serial),
                    Date.from(Instant.now().minus(Duration.ofDays(2))),
                    Date.from(notAfter),
                    new X500Name(subject),
                    own.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(name.isEmpty()));
            if (!name.isEmpty()) {
                int kind = name.matches("[0-9.]+") ? GeneralName.iPAddress : GeneralName.dNSName;
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName(kind, name)));
            }
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
        } catch (GeneralSecurityException | IOException | OperatorCreationException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static KeyPair newPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static Path write(Path folder, String label, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return Files.writeString(
                Files.createTempFile(folder, "test", ".pem"),
                "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
    }
}

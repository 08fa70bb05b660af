package io.hikyaku.identity;

import io.hikyaku.identity.issue.Authority;
import io.hikyaku.identity.issue.CertificateMaker;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Certificates that our authority would never make. One starts as a correct member's and is spoiled step by step.
public final class TestCertificates {

    public static final InstantSource CLOCK = TestClock.NOW;
    public static final Instant NOW = CLOCK.instant();

    /// A key and its certificate.
    record Issued(X509Certificate certificate, KeyPair keys) {}

    private String commonName = "osaka";
    private List<GeneralName> names = new ArrayList<>(List.of(uri("spiffe://demo/cluster/osaka")));
    private boolean authority;
    private int usage = KeyUsage.digitalSignature;
    private List<KeyPurposeId> purposes = List.of(KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth);
    private Instant notBefore = NOW.minusSeconds(60);
    private Instant notAfter = NOW.plus(Duration.ofDays(1));
    private KeyPair keys = ecKeys("secp256r1");

    static TestCertificates certificate() {
        return new TestCertificates();
    }

    /// An authority exactly as [Authority] makes it, valid around [#NOW].
    static Issued authority(String mesh) {
        KeyPair keys = CertificateMaker.newKeyPair();
        return new Issued(
                CertificateMaker.authority(mesh, keys, NOW.minusSeconds(3600), NOW.plus(Duration.ofDays(30))), keys);
    }

    /// Makes an authority and an identity below the directory, as the command would.
    public static Identity identity(Path directory, Member member, InstantSource clock) throws Exception {
        Path ca = directory.resolve("ca-" + member.mesh());
        Authority authority = ca.resolve(Authority.KEY).toFile().exists()
                ? Authority.open(ca, clock)
                : Authority.init(member.mesh(), ca, clock);
        Path out = directory.resolve(member.mesh() + "-" + member.kind().path() + "-" + member.name());
        authority.issue(member, out, Duration.ofDays(1));
        return Identity.load(out, clock);
    }

    static GeneralName uri(String uri) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
    }

    static GeneralName dns(String name) {
        return new GeneralName(GeneralName.dNSName, name);
    }

    static KeyPair ecKeys(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static KeyPair rsaKeys() {
        try {
            return KeyPairGenerator.getInstance("RSA").generateKeyPair();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    TestCertificates commonName(String name) {
        this.commonName = name;
        return this;
    }

    TestCertificates names(GeneralName... all) {
        this.names = List.of(all);
        return this;
    }

    TestCertificates authorityItself() {
        this.authority = true;
        return this;
    }

    TestCertificates usage(int bits) {
        this.usage = bits;
        return this;
    }

    TestCertificates purposes(KeyPurposeId... all) {
        this.purposes = List.of(all);
        return this;
    }

    TestCertificates valid(Instant from, Instant until) {
        this.notBefore = from;
        this.notAfter = until;
        return this;
    }

    TestCertificates keys(KeyPair pair) {
        this.keys = pair;
        return this;
    }

    Issued by(Issued issuer) {
        try {
            var builder = new JcaX509v3CertificateBuilder(
                    X500Name.getInstance(
                            issuer.certificate.getSubjectX500Principal().getEncoded()),
                    BigInteger.valueOf(System.nanoTime()),
                    Date.from(notBefore),
                    Date.from(notAfter),
                    new X500Name("CN=" + commonName),
                    keys.getPublic());
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (usage != 0) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage));
            }
            if (!purposes.isEmpty()) {
                builder.addExtension(
                        Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
            }
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(issuer.keys.getPrivate());
            return new Issued(new JcaX509CertificateConverter().getCertificate(builder.build(signer)), keys);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}

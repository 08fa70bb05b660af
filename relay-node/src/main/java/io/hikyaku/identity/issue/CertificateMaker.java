package io.hikyaku.identity.issue;

import io.hikyaku.identity.Member;
import io.hikyaku.identity.MemberCertificate;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Builds certificates with BouncyCastle, which the JDK cannot do through public interfaces. Keys and signatures are
/// the JDK's. The only class that names BouncyCastle; nothing but [Authority] uses it.
public final class CertificateMaker {

    private static final String CURVE = "secp256r1";
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final int SERIAL_BITS = 128;
    private static final int NO_INTERMEDIATES = 0;
    private static final SecureRandom RANDOM = new SecureRandom();

    private CertificateMaker() {}

    public static KeyPair newKeyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no P-256", e);
        }
    }

    /// @throws GeneralSecurityException if it is not a key on P-256
    static PublicKey publicKeyOf(PrivateKey key) throws GeneralSecurityException {
        if (!(key instanceof ECPrivateKey ec) || !MemberCertificate.isP256(key)) {
            throw new GeneralSecurityException("not a key on the curve P-256");
        }
        X9ECParameters curve = ECNamedCurveTable.getByName(CURVE);
        ECPoint point = curve.getG().multiply(ec.getS()).normalize();
        var w = new java.security.spec.ECPoint(
                point.getAffineXCoord().toBigInteger(), point.getAffineYCoord().toBigInteger());
        return KeyFactory.getInstance("EC").generatePublic(new java.security.spec.ECPublicKeySpec(w, ec.getParams()));
    }

    /// An authority's own certificate: it may sign members of this mesh, and no other authority.
    public static X509Certificate authority(String mesh, KeyPair pair, Instant notBefore, Instant notAfter) {
        X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, "Hikyaku mesh authority")
                .addRDN(BCStyle.CN, mesh)
                .build();
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name, serial(), Date.from(notBefore), Date.from(notAfter), name, pair.getPublic());
        try {
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            // A constraint on URIs speaks of their host, which in ours is the mesh (RFC 5280 section 4.2.1.10).
            GeneralSubtree thisMesh = new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, mesh));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(NO_INTERMEDIATES))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.nameConstraints, true, new NameConstraints(new GeneralSubtree[] {thisMesh}, null))
                    .addExtension(Extension.subjectAlternativeName, false, uri("spiffe://" + mesh))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            identifiers.createSubjectKeyIdentifier(pair.getPublic()));
            return signed(builder, pair.getPrivate());
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("making the certificate of the authority of " + mesh + " failed", e);
        }
    }

    /// A member's certificate. Its common name is the member's name, because that is what Kafka's authorizer sees
    /// by default; unit and organization keep a relay and a cluster of one name, and two meshes, apart there.
    static X509Certificate member(
            Member member,
            PublicKey publicKey,
            X509Certificate authority,
            PrivateKey authorityKey,
            Instant notBefore,
            Instant notAfter) {
        X500Name subject = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, member.mesh())
                .addRDN(BCStyle.OU, member.kind().path())
                .addRDN(BCStyle.CN, member.name())
                .build();
        X500Name issuer =
                X500Name.getInstance(authority.getSubjectX500Principal().getEncoded());
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                issuer, serial(), Date.from(notBefore), Date.from(notAfter), subject, publicKey);
        try {
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            KeyPurposeId[] bothEnds = {KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth};
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(bothEnds))
                    .addExtension(Extension.subjectAlternativeName, false, uri(member.uri()))
                    .addExtension(
                            Extension.subjectKeyIdentifier, false, identifiers.createSubjectKeyIdentifier(publicKey))
                    .addExtension(
                            Extension.authorityKeyIdentifier,
                            false,
                            identifiers.createAuthorityKeyIdentifier(authority.getPublicKey()));
            return signed(builder, authorityKey);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("making the certificate of " + member + " failed", e);
        }
    }

    private static GeneralNames uri(String uri) {
        return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
    }

    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, RANDOM);
    }

    private static X509Certificate signed(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }
}

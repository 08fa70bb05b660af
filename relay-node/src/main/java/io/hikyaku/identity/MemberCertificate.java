package io.hikyaku.identity;

import io.hikyaku.identity.Rejected.Reason;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Collection;
import java.util.List;

/// What a member's own certificate must look like, whichever authority issued it. The member is read from the only
/// subject alternative name and from nowhere else: a common name proves nothing here.
///
/// Every member dials and is dialled (relays by their peers, bridges inside the channel's handshake), so each
/// certificate must be good for both ends of TLS.
public final class MemberCertificate {

    private static final int URI = 6; // GeneralName.uniformResourceIdentifier, RFC 5280 section 4.2.1.6
    private static final int DIGITAL_SIGNATURE = 0; // bits of KeyUsage, section 4.2.1.3
    private static final int KEY_CERT_SIGN = 5;
    private static final int NOT_A_CA = -1;
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final ECParameterSpec P256 = p256();

    private MemberCertificate() {}

    /// The member whose certificate this would be, if a mesh's authority issued it; its use is not checked.
    public static Member memberNamedBy(X509Certificate certificate) throws Rejected {
        Collection<List<?>> names;
        try {
            names = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            throw new Rejected(Reason.NOT_A_MEMBER, "the certificate's subject alternative name cannot be read");
        }
        if (names == null || names.isEmpty()) {
            throw new Rejected(Reason.NOT_A_MEMBER, "the certificate has no subject alternative name");
        }
        if (names.size() > 1) {
            throw new Rejected(Reason.NOT_A_MEMBER, "the certificate has more than one subject alternative name");
        }
        List<?> name = names.iterator().next();
        if (!(name.get(0) instanceof Integer type && type == URI && name.get(1) instanceof String uri)) {
            throw new Rejected(Reason.NOT_A_MEMBER, "the certificate's subject alternative name is not a URI");
        }
        try {
            return Member.parse(uri);
        } catch (IllegalArgumentException e) {
            throw new Rejected(Reason.NOT_A_MEMBER, "the certificate names no member: " + e.getMessage());
        }
    }

    /// That the certificate may be used as a member's: no authority, for signatures at both ends of TLS, on P-256.
    static void requireMemberUse(X509Certificate certificate) throws Rejected {
        if (certificate.getBasicConstraints() != NOT_A_CA) {
            throw new Rejected(Reason.WRONG_USE, "the certificate is an authority's (CA:TRUE)");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage == null || !usage[DIGITAL_SIGNATURE]) {
            throw new Rejected(Reason.WRONG_USE, "the certificate's key usage has no digitalSignature");
        }
        if (usage[KEY_CERT_SIGN]) {
            throw new Rejected(Reason.WRONG_USE, "the certificate's key usage has keyCertSign");
        }
        List<String> purposes;
        try {
            purposes = certificate.getExtendedKeyUsage();
        } catch (CertificateParsingException e) {
            throw new Rejected(Reason.WRONG_USE, "the certificate's extended key usage cannot be read");
        }
        if (purposes == null || !purposes.contains(SERVER_AUTH) || !purposes.contains(CLIENT_AUTH)) {
            throw new Rejected(
                    Reason.WRONG_USE, "the certificate's extended key usage is not both serverAuth and clientAuth");
        }
        if (!isP256(certificate.getPublicKey())) {
            throw new Rejected(Reason.WRONG_USE, "the certificate's key is not on the curve P-256");
        }
    }

    public static boolean isP256(Key key) {
        return key instanceof ECKey ec
                && ec.getParams() != null
                && ec.getParams().getCurve().equals(P256.getCurve())
                && ec.getParams().getGenerator().equals(P256.getGenerator())
                && ec.getParams().getOrder().equals(P256.getOrder());
    }

    private static ECParameterSpec p256() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no P-256", e);
        }
    }
}

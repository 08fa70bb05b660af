package io.hikyaku.identity;

import io.hikyaku.identity.Rejected.Reason;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXCertPathValidatorResult;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;

/// Decides whether a chain of certificates proves a member of one mesh. The mesh that the certificate names is compared
/// before any path is built, so that another mesh's authority can never vouch for a name of ours; then the path must
/// lead to one of this mesh's authorities. Host names are never looked at. Immutable; a reload makes a new one.
public final class MeshTrust {

    /// Leaf and intermediates. Longer chains are refused before any signature is checked.
    static final int MAX_CHAIN = 5;

    private final String mesh;
    private final List<X509Certificate> authorities;
    private final Set<TrustAnchor> anchors;
    private final InstantSource clock;

    MeshTrust(String mesh, List<X509Certificate> authorities, InstantSource clock) {
        this.mesh = mesh;
        this.authorities = List.copyOf(authorities);
        this.anchors = new HashSet<>();
        authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
        this.clock = clock;
    }

    public String mesh() {
        return mesh;
    }

    /// Verifies a chain as its owner presents it: its own certificate, then each one's issuer.
    ///
    /// @return the member that the chain proves
    /// @throws Rejected if it proves none of this mesh
    public Member verify(List<X509Certificate> chain) throws Rejected {
        if (chain.isEmpty()) {
            throw new Rejected(Reason.UNTRUSTED, "no certificate was presented");
        }
        if (chain.size() > MAX_CHAIN) {
            throw new Rejected(Reason.TOO_LARGE, "the chain has more than " + MAX_CHAIN + " certificates");
        }
        X509Certificate leaf = chain.getFirst();
        Member member = MemberCertificate.memberNamedBy(leaf);
        if (!member.mesh().equals(mesh)) {
            throw new Rejected(Reason.OTHER_MESH, member + " is not of mesh " + mesh);
        }
        MemberCertificate.requireMemberUse(leaf);
        Date now = Date.from(clock.instant());
        requireValid(leaf, "the certificate of " + member, now);
        requirePath(chain, member, now);
        return member;
    }

    /// The member at the other end of a finished TLS handshake that a context of this package verified.
    ///
    /// @throws Rejected if the other end presented no certificate
    public static Member memberOf(SSLSession session) throws Rejected {
        try {
            Certificate[] chain = session.getPeerCertificates();
            if (chain.length > 0 && chain[0] instanceof X509Certificate leaf) {
                return MemberCertificate.memberNamedBy(leaf);
            }
        } catch (SSLPeerUnverifiedException e) {
            // said below
        }
        throw new Rejected(Reason.UNTRUSTED, "the peer presented no certificate");
    }

    /// For TLS: refuses in the handshake every chain that proves no member, or one that is not acceptable.
    public X509ExtendedTrustManager trustManager(Predicate<Member> acceptable) {
        return new MeshTrustManager(this, acceptable);
    }

    List<X509Certificate> authorities() {
        return authorities;
    }

    /// By the clock of the trust, which certificates are judged by.
    public Date now() {
        return Date.from(clock.instant());
    }

    private void requirePath(List<X509Certificate> chain, Member member, Date now) throws Rejected {
        try {
            CertPath path = CertificateFactory.getInstance("X.509").generateCertPath(withoutAnchor(chain));
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(now);
            var result = (PKIXCertPathValidatorResult)
                    CertPathValidator.getInstance("PKIX").validate(path, parameters);
            // RFC 5280 takes an anchor as given, expired or not; an authority that has ended vouches for nobody.
            requireValid(result.getTrustAnchor().getTrustedCert(), "the authority of " + member, now);
        } catch (CertPathValidatorException e) {
            throw rejection(e, member);
        } catch (InvalidAlgorithmParameterException e) {
            throw new IllegalStateException("mesh " + mesh + " has no authority to trust", e);
        } catch (GeneralSecurityException e) {
            throw new Rejected(Reason.UNTRUSTED, "the chain of " + member + " cannot be verified: " + e.getMessage());
        }
    }

    /// Some senders add the anchor itself, which is not part of a path.
    private List<X509Certificate> withoutAnchor(List<X509Certificate> chain) {
        List<X509Certificate> path = new ArrayList<>(chain);
        while (path.size() > 1 && authorities.contains(path.getLast())) {
            path.removeLast();
        }
        return path;
    }

    private static Rejected rejection(CertPathValidatorException e, Member member) {
        Reason reason = switch (e.getReason()) {
            case BasicReason.EXPIRED -> Reason.EXPIRED;
            case BasicReason.NOT_YET_VALID -> Reason.NOT_YET_VALID;
            default -> Reason.UNTRUSTED;
        };
        return new Rejected(
                reason,
                "no valid path from the certificate of " + member + " to its mesh's authority: " + e.getMessage());
    }

    private static void requireValid(X509Certificate certificate, String what, Date now) throws Rejected {
        try {
            certificate.checkValidity(now);
        } catch (CertificateExpiredException e) {
            throw new Rejected(
                    Reason.EXPIRED,
                    what + " expired at " + certificate.getNotAfter().toInstant());
        } catch (CertificateNotYetValidException e) {
            throw new Rejected(
                    Reason.NOT_YET_VALID,
                    what + " is valid from " + certificate.getNotBefore().toInstant() + " only");
        }
    }
}

package io.hikyaku.identity;

import io.hikyaku.identity.Rejected.Reason;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// [MeshTrust] as TLS libraries call it. It is an *extended* trust manager so that JSSE adds no check of host names.
final class MeshTrustManager extends X509ExtendedTrustManager {

    private final MeshTrust trust;
    private final Predicate<Member> acceptable;

    MeshTrustManager(MeshTrust trust, Predicate<Member> acceptable) {
        this.trust = trust;
        this.acceptable = acceptable;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trust.authorities().toArray(X509Certificate[]::new);
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        try {
            List<X509Certificate> certificates = Arrays.asList(chain);
            Member member = trust.verify(certificates);
            if (!acceptable.test(member)) {
                throw new Rejected(Reason.WRONG_MEMBER, member + " is not acceptable here");
            }
        } catch (Rejected e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }
}

package io.hikyaku.identity.tls;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.Member;
import java.security.GeneralSecurityException;
import java.util.function.Predicate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/// Makes the engines of a channel's handshake: TLS 1.3, both sides with a certificate, by the JDK because its sessions
/// export keying material. An engine does no I/O. After the handshake [MeshTrust#memberOf] says which member the peer
/// is.
///
/// Each engine gets a context of its own. Session tickets belong to a context, so nothing can be resumed and each
/// handshake proves both certificates anew.
public final class ChannelTls {

    private static final String PROTOCOL = "TLSv1.3";

    /// The JDK would prefer AES-256, which costs more for no benefit here.
    static final String[] CIPHER_SUITES = {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"
    };

    private final Identity identity;

    public ChannelTls(Identity identity) {
        this.identity = identity;
    }

    /// The engine of the side that offers a channel.
    ///
    /// @param acceptable which members may answer; others are refused in the handshake
    public SSLEngine client(Predicate<Member> acceptable) {
        return engine(acceptable, true);
    }

    /// The engine of the side that is offered a channel.
    ///
    /// @param acceptable which members may offer; others are refused in the handshake
    public SSLEngine server(Predicate<Member> acceptable) {
        return engine(acceptable, false);
    }

    private SSLEngine engine(Predicate<Member> acceptable, boolean client) {
        SSLEngine engine = context(identity, acceptable).createSSLEngine();
        engine.setUseClientMode(client);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(new String[] {PROTOCOL});
        parameters.setCipherSuites(CIPHER_SUITES);
        if (!client) {
            parameters.setNeedClientAuth(true);
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /// A new context; it shares only the identity with others.
    static SSLContext context(Identity identity, Predicate<Member> acceptable) {
        try {
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            KeyManager[] keys = {new OwnKeyManager(identity)};
            TrustManager[] trust = {identity.trust().trustManager(acceptable)};
            context.init(keys, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + PROTOCOL, e);
        }
    }
}

package io.hikyaku.identity.tls;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.MeshTrust;
import io.hikyaku.identity.Rejected;
import io.hikyaku.identity.Rejected.Reason;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSL;
import io.netty.util.NetUtil;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// The TLS of links: version 1.3, both sides with a certificate of the same mesh, host names not checked, no session
/// ever resumed and no early data. BoringSSL where its native library is there, else the JDK. A renewed identity takes
/// a new instance; existing connections keep what they have.
///
/// Users of a handler from here must call [#established] when its handshake has succeeded, before any other byte.
public final class LinkTls {

    /// What is spoken inside, by ALPN (RFC 7301).
    public enum Protocol {
        /// Packets with their length, `tls://`. Both sides must agree on it.
        PACKETS("hikyaku/1"),
        /// An HTTP/1.1 upgrade to a WebSocket, `wss://`. HTTP is taken for granted where ALPN is not spoken.
        WEBSOCKET("http/1.1");

        private final String alpn;

        Protocol(String alpn) {
            this.alpn = alpn;
        }

        public String alpn() {
            return alpn;
        }
    }

    private static final String TLS_1_3 = "TLSv1.3";
    private static final Predicate<Member> ANY_MEMBER = _ -> true;

    private final Identity identity;
    private final SslProvider provider;
    private final Map<Protocol, SslContext> clients = new EnumMap<>(Protocol.class);
    private final Map<Protocol, SslContext> servers = new EnumMap<>(Protocol.class);

    /// @param acceptableRelays which members may be at the other end of a link that we dial; others are refused in
    ///     the handshake. Any member of the mesh may dial us.
    public LinkTls(Identity identity, Predicate<Member> acceptableRelays) {
        this(identity, acceptableRelays, OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK);
    }

    /// With a provider of choice, for tests and measurements.
    public LinkTls(Identity identity, Predicate<Member> acceptableRelays, SslProvider provider) {
        this.identity = identity;
        this.provider = provider;
        for (Protocol protocol : Protocol.values()) {
            clients.put(protocol, clientContext(protocol, acceptableRelays));
            servers.put(protocol, serverContext(protocol));
        }
    }

    /// Whether BoringSSL or the JDK does the work.
    public SslProvider provider() {
        return provider;
    }

    /// A handler for a connection that we dialled.
    ///
    /// @param host what was dialled; told to the other side (SNI) for load balancers on the path, and never
    ///     verified
    public SslHandler client(ByteBufAllocator allocator, Protocol protocol, String host) {
        // The peer's address is not given to the engine: JSSE would look there for a session to resume.
        SslHandler handler = of(clients, protocol).newHandler(allocator);
        SNIHostName serverName = serverName(host);
        if (serverName != null) {
            SSLEngine engine = handler.engine();
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(serverName));
            engine.setSSLParameters(parameters);
        }
        return handler;
    }

    /// A handler for a connection that we accepted.
    public SslHandler server(ByteBufAllocator allocator, Protocol protocol) {
        if (provider == SslProvider.JDK) {
            // JSSE gives out session tickets, which are good for the context that made them: a fresh one takes none.
            return serverContext(protocol).newHandler(allocator);
        }
        SslHandler handler = of(servers, protocol).newHandler(allocator);
        if (handler.engine() instanceof ReferenceCountedOpenSslEngine engine) {
            // Netty turns tickets on for TLS 1.3; nothing else that it offers turns them off for one context.
            SSL.setOptions(engine.sslPointer(), SSL.SSL_OP_NO_TICKET);
        }
        return handler;
    }

    /// Checks what was negotiated, which not every TLS library can be told to insist on.
    ///
    /// @param handler one whose handshake has succeeded
    /// @return the member at the other end
    /// @throws Rejected if the link must be closed
    public static Member established(SslHandler handler, Protocol protocol) throws Rejected {
        SSLSession session = handler.engine().getSession();
        if (!session.getProtocol().equals(TLS_1_3)) {
            throw new Rejected(Reason.WRONG_PROTOCOL, "negotiated " + session.getProtocol() + ", not " + TLS_1_3);
        }
        String agreed = handler.applicationProtocol();
        boolean unsaid = agreed == null || agreed.isEmpty();
        if (unsaid ? protocol == Protocol.PACKETS : !protocol.alpn.equals(agreed)) {
            throw new Rejected(
                    Reason.WRONG_PROTOCOL, "no agreement on the application protocol " + protocol.alpn + " (ALPN)");
        }
        return MeshTrust.memberOf(session);
    }

    private SslContext clientContext(Protocol protocol, Predicate<Member> acceptable) {
        if (provider == SslProvider.JDK) {
            return jdkContext(protocol, true, acceptable);
        }
        // Netty would check host names by default.
        SslContextBuilder builder = SslContextBuilder.forClient()
                .keyManager(identity.key(), identity.chain())
                .endpointIdentificationAlgorithm(null);
        return nativeContext(builder, protocol, acceptable);
    }

    private SslContext serverContext(Protocol protocol) {
        if (provider == SslProvider.JDK) {
            return jdkContext(protocol, false, ANY_MEMBER);
        }
        SslContextBuilder builder =
                SslContextBuilder.forServer(identity.key(), identity.chain()).clientAuth(ClientAuth.REQUIRE);
        return nativeContext(builder, protocol, ANY_MEMBER);
    }

    /// Cheap enough to be made for each connection, which Netty's builder is not.
    private SslContext jdkContext(Protocol protocol, boolean client, Predicate<Member> acceptable) {
        return new JdkSslContext(
                ChannelTls.context(identity, acceptable),
                client,
                List.of(ChannelTls.CIPHER_SUITES),
                IdentityCipherSuiteFilter.INSTANCE,
                alpn(protocol),
                client ? ClientAuth.NONE : ClientAuth.REQUIRE,
                new String[] {TLS_1_3},
                false);
    }

    private SslContext nativeContext(SslContextBuilder builder, Protocol protocol, Predicate<Member> acceptable) {
        try {
            return builder.sslProvider(provider)
                    .protocols(TLS_1_3)
                    .trustManager(identity.trust().trustManager(acceptable))
                    .applicationProtocolConfig(alpn(protocol))
                    .build();
        } catch (SSLException e) {
            throw new IllegalStateException("TLS cannot be set up with " + identity, e);
        }
    }

    /// JSSE can be told to fail when nothing matches; BoringSSL goes on without a match, which [#established] then
    /// sees.
    private ApplicationProtocolConfig alpn(Protocol protocol) {
        boolean strict = provider == SslProvider.JDK && protocol == Protocol.PACKETS;
        return new ApplicationProtocolConfig(
                ApplicationProtocolConfig.Protocol.ALPN,
                strict ? SelectorFailureBehavior.FATAL_ALERT : SelectorFailureBehavior.NO_ADVERTISE,
                strict ? SelectedListenerFailureBehavior.FATAL_ALERT : SelectedListenerFailureBehavior.ACCEPT,
                protocol.alpn);
    }

    private static SslContext of(Map<Protocol, SslContext> contexts, Protocol protocol) {
        SslContext context = contexts.get(protocol);
        if (context == null) {
            throw new IllegalStateException("no TLS context for " + protocol);
        }
        return context;
    }

    private static @Nullable SNIHostName serverName(String host) {
        if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
            return null;
        }
        try {
            return new SNIHostName(host);
        } catch (IllegalArgumentException e) {
            return null; // no name for TLS, yet perhaps one for DNS; a balancer then sees none
        }
    }
}

package io.hikyaku.call.pool;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.dial.Dial;
import io.hikyaku.call.dial.TargetEndpoint;
import io.hikyaku.call.dial.Targets;
import io.hikyaku.call.http1.client.TargetConnection;
import io.hikyaku.call.http2.client.TargetHttp2Connection.Terms;
import io.hikyaku.service.Target.Scheme;
import io.hikyaku.service.TargetHost;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.channel.Channel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One target of an exported HTTP port: which version to speak with it, and its connections in both. Belongs to its
/// event loop.
public final class HttpTarget {
    /// grpc-java's servers consider one PING in five minutes decent, and end the connections of clients that send
    /// more.
    private static final Duration PING_AFTER = Duration.ofSeconds(310);

    private static final Duration PING_PATIENCE = Duration.ofSeconds(20);
    private static final AsciiString HTTP = AsciiString.cached("http");
    private static final AsciiString HTTPS = AsciiString.cached("https");

    /// All targets of the port.
    public interface Siblings {
        /// @param endpoint that is listed
        HttpTarget at(TargetEndpoint endpoint);

        /// Has the search begin anew at any of them; it fails if there is none.
        void find(TargetAcquire search);
    }

    private final Targets targets;
    private final TargetEndpoint endpoint;
    private final Scheme scheme;
    private final Siblings siblings;
    private final Http1Pool http1;
    private final Http2Pool http2;
    /// Makes a connection that those who wait for HTTP/2 are to share.
    private @Nullable Dial shared;

    /// What its last TLS connection said.
    private boolean choosesHttp1;

    /// @param tied the port's connections that are reserved for one caller
    public HttpTarget(
            Targets targets,
            TargetEndpoint endpoint,
            TargetHost host,
            CallContext context,
            TiedConnections tied,
            Siblings siblings) {
        this.targets = targets;
        this.endpoint = endpoint;
        this.siblings = siblings;
        this.scheme = endpoint.target().scheme();
        Terms terms = new Terms(
                scheme == Scheme.HTTPS ? HTTPS : HTTP,
                context.limits().maxHeaderSize().toInt(),
                context.limits().connectTimeout(),
                context.limits().idleTimeout(),
                PING_AFTER,
                PING_PATIENCE);
        this.http1 = new Http1Pool(endpoint, host, context.limits(), tied);
        this.http2 = new Http2Pool(
                targets.loop(), endpoint, host, terms, context.limits().connectTimeout(), new Dialling());
    }

    /// Gives the search a place, now or later.
    public void find(TargetAcquire search) {
        boolean alone = search.fresh() || search.isWebSocket();
        TargetConnection idle = alone || speaksOnlyHttp2(search) ? null : http1.take(search);
        if (idle != null) {
            search.found(idle);
        } else if (speaksOnlyHttp2(search) || mayChooseHttp2(search)) {
            http2.find(search);
        } else {
            dialFor(search);
        }
    }

    private void dialFor(TargetAcquire search) {
        Dial dial = new Dial(targets, search.prefersHttp1(), new ForOne(search));
        search.at(dial::cancel);
        dial.start(endpoint);
    }

    private boolean mayChooseHttp2(TargetAcquire search) {
        return scheme == Scheme.HTTPS && !choosesHttp1 && search.caller() == null;
    }

    private boolean speaksOnlyHttp2(TargetAcquire search) {
        return scheme == Scheme.H2C || scheme == Scheme.PLAIN && search.isGrpc();
    }

    private final class Dialling implements Http2Pool.Dialling {
        @Override
        public void dial() {
            Dial dial = new Dial(targets, new ForHttp2());
            shared = dial;
            dial.start(endpoint);
        }

        /// Behind TLS a target may take in HTTP/1.1 what it does not take in HTTP/2. Others are not told: they
        /// would see a malformed request, or a GET for something else.
        @Override
        public void onNoWebSockets(TargetAcquire search) {
            if (scheme == Scheme.HTTPS) {
                dialFor(search);
            } else {
                search.fail(ResetCode.TARGET_PROTOCOL);
            }
        }
    }

    /// Puts a fresh connection to use for a search.
    ///
    /// @param choice whether the target could choose its version
    private void use(Channel channel, TargetAcquire search, boolean choice) {
        if (isHttp2(channel, search, choice)) {
            http2.join(channel);
            http2.find(search);
        } else if (search.isOver()) {
            channel.close();
        } else {
            search.found(http1.join(channel, search));
        }
    }

    private boolean isHttp2(Channel channel, TargetAcquire search, boolean choice) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            return speaksOnlyHttp2(search);
        }
        boolean chosen = ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol());
        choosesHttp1 = choice ? !chosen : choosesHttp1;
        return chosen;
    }

    /// The target is listed no more: what waits for it goes elsewhere, and what runs there runs to its end.
    public void retire() {
        Dial dial = shared;
        if (dial != null) {
            dial.cancel();
        }
        http1.close();
        http2.retire().forEach(siblings::find);
    }

    public void close() {
        http1.close();
        http2.close();
    }

    /// A connection that one search has asked for.
    private final class ForOne implements Dial.Waiter {
        private final TargetAcquire search;

        ForOne(TargetAcquire search) {
            this.search = search;
        }

        @Override
        public void onConnected(Channel channel, TargetEndpoint target) {
            siblings.at(target).use(channel, search, !search.prefersHttp1());
        }

        @Override
        public void onFailed(ResetCode code, String detail) {
            search.fail(code);
        }
    }

    /// A connection that the searches waiting for HTTP/2 share.
    private final class ForHttp2 implements Dial.Waiter {
        @Override
        public void onConnected(Channel channel, TargetEndpoint target) {
            List<TargetAcquire> waiting = http2.onDialled(false);
            HttpTarget to = siblings.at(target);
            if (waiting.isEmpty()) {
                channel.close();
                return;
            }
            to.use(channel, waiting.getFirst(), true);
            waiting.subList(1, waiting.size()).forEach(to::find);
        }

        @Override
        public void onFailed(ResetCode code, String detail) {
            http2.onDialled(true).forEach(search -> search.fail(code));
        }
    }
}

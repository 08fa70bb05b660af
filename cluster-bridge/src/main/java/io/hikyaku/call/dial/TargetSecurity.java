package io.hikyaku.call.dial;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.config.yaml.Finding;
import io.hikyaku.files.FileWatch;
import io.hikyaku.files.MadeFromFiles;
import io.hikyaku.service.TargetTls;
import io.hikyaku.wire.stream.ResetCode;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/// The TLS used with the `https://` targets of one port: versions 1.2 and 1.3, the target's certificate and name always
/// checked, HTTP/2 or HTTP/1.1 as the target chooses (ALPN, RFC 7301).
final class TargetSecurity {
    private final MadeFromFiles<Contexts> contexts;
    private final Optional<String> serverName;
    private final Duration handshakeTimeout;

    /// Both are made of the same files.
    private record Contexts(SslContext anyVersion, SslContext onlyHttp1) {
        static Contexts of(TargetTls tls) {
            return new Contexts(
                    context(tls, ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1),
                    context(tls, ApplicationProtocolNames.HTTP_1_1));
        }
    }

    private TargetSecurity(MadeFromFiles<Contexts> contexts, Optional<String> serverName, Duration handshakeTimeout) {
        this.contexts = contexts;
        this.serverName = serverName;
        this.handshakeTimeout = handshakeTimeout;
    }

    /// @throws ConfigException if one of its files cannot be used
    static TargetSecurity of(TargetTls tls, Duration handshakeTimeout) {
        List<Path> files = Stream.of(tls.trust(), tls.certificate(), tls.key())
                .flatMap(Optional::stream)
                .toList();
        return new TargetSecurity(
                new MadeFromFiles<>("TLS to targets " + files, files, () -> Contexts.of(tls)),
                tls.serverName(),
                handshakeTimeout);
    }

    private static SslContext context(TargetTls tls, String... versions) {
        SslContextBuilder builder = SslContextBuilder.forClient()
                .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .endpointIdentificationAlgorithm("HTTPS")
                .applicationProtocolConfig(new ApplicationProtocolConfig(
                        Protocol.ALPN,
                        SelectorFailureBehavior.NO_ADVERTISE,
                        SelectedListenerFailureBehavior.ACCEPT,
                        versions));
        tls.trust()
                .ifPresent(file ->
                        use("trust", file, "a PEM file of certificates", () -> builder.trustManager(file.toFile())));
        tls.certificate().ifPresent(file -> {
            Path key = tls.key().orElseThrow();
            requireReadable("key", key);
            use(
                    "certificate",
                    file,
                    "a PEM file of a certificate that " + key + " is the key of",
                    () -> builder.keyManager(requireFit(file, key), key.toFile()));
        });
        try {
            return builder.build();
        } catch (SSLException unusable) {
            throw new IllegalStateException("TLS for targets cannot be set up", unusable);
        }
    }

    /// The handler for a connection to a target.
    ///
    /// @param http1 whether HTTP/2 is of no use
    SslHandler handler(ByteBufAllocator allocator, HostPort target, boolean http1) {
        String host = withoutDot(serverName.orElse(target.host()));
        Contexts now = contexts.current();
        SslHandler handler = (http1 ? now.onlyHttp1() : now.anyVersion()).newHandler(allocator, host, target.port());
        handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
        SNIHostName told = toldName(host);
        if (told != null) {
            SSLEngine engine = handler.engine();
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setServerNames(List.of(told));
            engine.setSSLParameters(parameters);
        }
        return handler;
    }

    /// What a handshake that failed means to the caller.
    static ResetCode failure(Throwable failure) {
        if (failure instanceof SslHandshakeTimeoutException) {
            return ResetCode.TARGET_CONNECT_TIMEOUT;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException
                    || cause instanceof CertPathValidatorException
                    || cause instanceof CertPathBuilderException) {
                return ResetCode.TARGET_CERTIFICATE;
            }
        }
        return ResetCode.TARGET_TLS;
    }

    private static void use(String name, Path file, String expected, Runnable reader) {
        requireReadable(name, file);
        try {
            reader.run();
        } catch (IllegalArgumentException unusable) { // Netty wraps all that is wrong; messages may quote a key
            throw refused(name, file, "is not " + expected);
        }
    }

    private static File requireFit(Path certificate, Path key) {
        try {
            if (KeyFit.fits(certificate, key)) {
                return certificate.toFile();
            }
            throw new IllegalArgumentException("the key of another certificate");
        } catch (IOException | GeneralSecurityException unusable) {
            throw new IllegalArgumentException(unusable);
        }
    }

    private static void requireReadable(String name, Path file) {
        if (FileWatch.wouldWait(file)) {
            throw refused(name, file, "is no file");
        }
        try (var opened = Files.newInputStream(file)) {
            opened.read();
        } catch (IOException failed) {
            throw refused(name, file, "cannot be read: " + failed);
        }
    }

    /// @param name of the key below `tls`
    private static ConfigException refused(String name, Path file, String why) {
        return new ConfigException(file, List.of(new Finding(name, 0, file + " " + why)));
    }

    /// A name's final dot is only for DNS.
    private static String withoutDot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    /// Null for an address, which RFC 6066 §3 does not allow here.
    private static @Nullable SNIHostName toldName(String host) {
        if (new HostPort(host, 0).isLiteral()) {
            return null;
        }
        try {
            return new SNIHostName(host);
        } catch (IllegalArgumentException notForTls) {
            return null; // no name for TLS, yet perhaps one for DNS
        }
    }
}

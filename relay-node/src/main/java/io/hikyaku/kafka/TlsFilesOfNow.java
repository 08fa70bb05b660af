package io.hikyaku.kafka;

import io.hikyaku.files.MadeFromFiles;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/// Gives each new connection of a Kafka client the TLS of what its key store and trust store hold at that time, whereas
/// Kafka's own factory keeps what they held when the client was made (KIP-519). Kafka makes one for each client, by its
/// name.
public final class TlsFilesOfNow implements SslEngineFactory {
    private @Nullable MadeFromFiles<DefaultSslEngineFactory> factory;

    @Override
    public void configure(Map<String, ?> settings) {
        List<Path> files = Stream.of(SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG, SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG)
                .map(settings::get)
                .filter(Objects::nonNull)
                .map(location -> Path.of(location.toString()))
                .toList();
        factory = new MadeFromFiles<>("TLS of a Kafka client " + files, files, () -> {
            DefaultSslEngineFactory made = new DefaultSslEngineFactory();
            made.configure(settings);
            return made;
        });
    }

    private DefaultSslEngineFactory now() {
        if (factory == null) {
            throw new IllegalStateException("not configured yet");
        }
        return factory.current();
    }

    @Override
    public SSLEngine createClientSslEngine(String host, int port, String endpointIdentification) {
        return now().createClientSslEngine(host, port, endpointIdentification);
    }

    @Override
    public SSLEngine createServerSslEngine(String host, int port) {
        return now().createServerSslEngine(host, port);
    }

    @Override
    public boolean shouldBeRebuilt(Map<String, Object> settings) {
        return now().shouldBeRebuilt(settings);
    }

    @Override
    public Set<String> reconfigurableConfigs() {
        return now().reconfigurableConfigs();
    }

    @Override
    public KeyStore keystore() {
        return now().keystore();
    }

    @Override
    public KeyStore truststore() {
        return now().truststore();
    }

    @Override
    public void close() {
        // It holds nothing but memory.
    }
}

package io.hikyaku.kubernetes.client;

import com.fasterxml.jackson.annotation.Nulls;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.kubernetes.client.vertx5.TlsWarmup;
import io.fabric8.kubernetes.client.vertx5.Vertx5HttpClientFactory;
import io.vertx.core.Vertx;
import java.io.IOException;
import tools.jackson.databind.ObjectMapper;

/// Makes the client of an API server.
public final class ApiServerClient {
    private ApiServerClient() {}

    /// Does not connect yet. Whoever opens a client closes it, before the Vert.x instance that it shares.
    ///
    /// @param version of this program, by which the API server's logs tell it apart
    /// @throws IOException when the files that say how to connect cannot be used
    public static KubernetesClient open(ApiServer server, ClientBounds bounds, Vertx vertx, String version)
            throws IOException {
        Vertx5HttpClientFactory http = new Vertx5HttpClientFactory(vertx);
        // It would start a server of its own to shake hands with, once.
        http.setTlsWarmup(TlsWarmup.OFF);
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(server.config())
                        .withUserAgent("hikyaku/" + version)
                        .withConnectionTimeout(Math.toIntExact(bounds.connect().toMillis()))
                        .withRequestTimeout(Math.toIntExact(bounds.request().toMillis()))
                        .withRequestRetryBackoffLimit(bounds.repeats())
                        .withRequestRetryBackoffInterval(
                                Math.toIntExact(bounds.pause().toMillis()))
                        .withWatchReconnectInterval(
                                Math.toIntExact(bounds.watchPause().toMillis()))
                        .build())
                .withHttpClientFactory(http)
                .withKubernetesSerialization(new Serialization())
                .build();
    }

    /// The API server says `null` for a list that is required but has nothing in it, such as the endpoints of a
    /// Service without pods: to us that is an empty one.
    private static final class Serialization extends KubernetesSerialization {
        @Override
        protected ObjectMapper configureMapper(ObjectMapper mapper) {
            return super.configureMapper(mapper.rebuild()
                    .changeDefaultNullHandling(handling -> handling.withValueNulls(Nulls.SKIP))
                    .build());
        }
    }
}

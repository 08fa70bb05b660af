package io.hikyaku.kubernetes.client;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Where the API server is, and who we are there. Nothing but what stands here decides that: no environment variable,
/// no system property and no file in a home folder.
public sealed interface ApiServer {

    /// @throws IOException when a file cannot be read or lacks what is needed
    Config config() throws IOException;

    /// A server and user of a kubeconfig file.
    ///
    /// @param context its name there; the file's current one if empty
    record Kubeconfig(Path file, Optional<String> context) implements ApiServer {
        @Override
        public Config config() throws IOException {
            if (!Files.isReadable(file)) {
                throw new IOException("cannot read the kubeconfig file " + file);
            }
            Config config;
            try {
                config = Config.fromKubeconfig(context.orElse(null), file.toFile());
            } catch (RuntimeException e) {
                throw new IOException(file + " is no kubeconfig file: " + e.getMessage(), e);
            }
            // Without its context the client would quietly go to a server of its own choice.
            boolean found = config.getCurrentContext() != null
                    && context.map(config.getCurrentContext().getName()::equals).orElse(true);
            if (!found) {
                throw new IOException(file
                        + context.map(name -> " has no context \"" + name + "\"")
                                .orElse(" has no current context"));
            }
            return config;
        }
    }

    /// The API server of the cluster that we run in, as the service account of our pod.
    ///
    /// @param folder with the files `token`, `ca.crt` and `namespace`, where Kubernetes mounts them
    record PodAccount(String host, int port, Path folder) implements ApiServer {
        private static final Path MOUNTED = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

        /// @param environment the variables that Kubernetes gives to each container
        /// @throws IOException when they are missing
        public static PodAccount of(Map<String, String> environment) throws IOException {
            String host = environment.get("KUBERNETES_SERVICE_HOST");
            String port = environment.get("KUBERNETES_SERVICE_PORT");
            if (host == null || port == null) {
                throw new IOException("this is no pod, as KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not"
                        + " set; name a kubeconfig file");
            }
            try {
                return new PodAccount(host, Integer.parseInt(port), MOUNTED);
            } catch (NumberFormatException e) {
                throw new IOException("KUBERNETES_SERVICE_PORT is no number: " + port, e);
            }
        }

        @Override
        public Config config() throws IOException {
            String namespace = Files.readString(folder.resolve("namespace")).strip();
            MountedToken token = MountedToken.read(folder.resolve("token"));
            String at = host.contains(":") ? "[" + host + "]" : host;
            return new ConfigBuilder(Config.empty())
                    .withMasterUrl("https://" + at + ":" + port)
                    .withCaCertFile(folder.resolve("ca.crt").toString())
                    .withNamespace(namespace)
                    .withOauthTokenProvider(token)
                    .build();
        }
    }
}

package io.hikyaku.kubernetes;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.hikyaku.kubernetes.client.ApiServer;
import io.hikyaku.kubernetes.client.ApiServerClient;
import io.hikyaku.kubernetes.client.ClientBounds;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// A real Kubernetes control plane, started by the scripts beside the clone. Where they are not, tests that want one
/// are skipped. Take it in `@BeforeAll`, which no timeout of a test class covers: the programs may yet be building.
public final class KubeCluster implements AutoCloseable {
    private static final Path SCRIPTS =
            Path.of("../../shared/kube").toAbsolutePath().normalize();
    private static final int PATIENCE_MINUTES = 25;
    private static final Map<String, KubeCluster> SHARED = new HashMap<>();
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Path folder;
    private final Path kubeconfig;

    private KubeCluster(Path folder, Path kubeconfig) {
        this.folder = folder;
        this.kubeconfig = kubeconfig;
    }

    /// The cluster with these parts that all tests of this JVM share; they keep out of each other's way by
    /// namespaces of their own. It ends with the JVM.
    ///
    /// @param parts such as `mcs`, `controller-manager`; none for the API server alone
    public static KubeCluster shared(String... parts) throws IOException, InterruptedException {
        synchronized (SHARED) {
            String key = String.join(",", parts);
            KubeCluster cluster = SHARED.get(key);
            if (cluster == null) {
                cluster = start(parts);
                SHARED.put(key, cluster);
                Runtime.getRuntime().addShutdownHook(new Thread(cluster::close));
            }
            return cluster;
        }
    }

    /// One for the caller alone.
    public static KubeCluster start(String... parts) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(SCRIPTS.resolve("cluster")), "there are no scripts to start Kubernetes with");
        assumeTrue(
                System.getenv("KUBEBUILDER_ASSETS") != null || installed("go"),
                "the programs of Kubernetes are not there, nor is Go to build them");
        // A socket's path has to fit, so the folder of a test would be too far down.
        Path folder = Files.createTempDirectory("hikyaku-kube");
        List<String> command = new ArrayList<>(List.of("up", folder.toString()));
        if (parts.length > 0) {
            command.addAll(List.of("--with", String.join(",", parts)));
        }
        String printed = script(command.toArray(String[]::new)).strip();
        return new KubeCluster(folder, Path.of(printed));
    }

    /// Of somebody who may do everything.
    public Path kubeconfig() {
        return kubeconfig;
    }

    /// For cluster-wide admins. Closing it is the caller's.
    public KubernetesClient client(Vertx vertx) throws IOException {
        return client(kubeconfig, vertx);
    }

    /// As the program would make it from that file.
    public static KubernetesClient client(Path kubeconfig, Vertx vertx) throws IOException {
        return ApiServerClient.open(
                new ApiServer.Kubeconfig(kubeconfig, Optional.empty()), ClientBounds.DEFAULT, vertx, "test");
    }

    /// A new namespace.
    public String namespace() throws IOException, InterruptedException {
        String name = "test-" + NUMBERS.incrementAndGet() + "-"
                + ProcessHandle.current().pid();
        kubectl("create", "namespace", name);
        return name;
    }

    /// A new service account.
    ///
    /// @param rules as in a ClusterRole, in YAML's flow style:
    ///     `{apiGroups: [""], resources: [services], verbs: [get]}, {…}`
    /// @return a kubeconfig file with its token
    public Path serviceAccount(String rules) throws IOException, InterruptedException {
        String name = namespace();
        apply("""
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: %1$s, namespace: %1$s}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: %1$s}
                rules: [%2$s]
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: %1$s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %1$s}
                subjects: [{kind: ServiceAccount, name: %1$s, namespace: %1$s}]
                """.formatted(name, rules));
        return token(name, name);
    }

    /// A kubeconfig file with a token of this service account.
    public Path token(String namespace, String account) throws IOException, InterruptedException {
        String token =
                kubectl("create", "token", account, "--namespace", namespace).strip();
        String text = Files.readString(kubeconfig).replaceAll("(?m)^    token: .*$", "    token: " + token);
        return Files.writeString(folder.resolve(namespace + "-" + account + ".kubeconfig"), text);
    }

    /// What `kubectl` printed; it succeeded.
    public String kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kubectl", folder.toString()));
        command.addAll(List.of(arguments));
        return script(command.toArray(String[]::new));
    }

    /// What `helm` printed; it succeeded.
    public String helm(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("helm", folder.toString()));
        command.addAll(List.of(arguments));
        return script(command.toArray(String[]::new));
    }

    /// Creates or changes what stands in these documents.
    public void apply(String yaml) throws IOException, InterruptedException {
        Path file = Files.createTempFile(folder, "apply", ".yaml");
        Files.writeString(file, yaml);
        kubectl("apply", "-f", file.toString());
        Files.delete(file);
    }

    /// A Ready node that reports pods as running without running them; needs the part `controller-manager`.
    public void node(String name) throws IOException, InterruptedException {
        script("node", folder.toString(), name);
    }

    @Override
    public void close() {
        try {
            script("down", folder.toString());
            try (Stream<Path> left = Files.walk(folder)) {
                for (Path each : left.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(each);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean installed(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(each -> Files.isExecutable(Path.of(each, program)));
    }

    private static String script(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(SCRIPTS.resolve("cluster").toString()));
        command.addAll(List.of(arguments));
        Path err = Files.createTempFile("hikyaku-kube", ".err");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(err.toFile()).start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(String.join(" ", command) + ": " + out + Files.readString(err));
            }
            return out;
        } finally {
            Files.delete(err);
        }
    }
}

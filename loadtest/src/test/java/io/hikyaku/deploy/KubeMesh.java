package io.hikyaku.deploy;

import io.hikyaku.cli.Hikyaku;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.lab.KafkaServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Two clusters, `east` and `west`, whose bridges the chart installs, and between them, where neither reaches the
/// other, what carries packets and a third bridge, `outer`, which knows nothing of Kubernetes.
final class KubeMesh implements AutoCloseable {
    static final String MESH = "prod";
    static final String RELAY = "links[0].relay=tls://" + RealCluster.WAN_ADDRESS + ":7443";

    private static final int INSTALL_SECONDS = 240;

    final RealCluster east;
    final RealCluster west;
    private final Path folder;
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private @Nullable Process outer;

    private KubeMesh(Path folder, RealCluster east, RealCluster west) {
        this.folder = folder;
        this.east = east;
        this.west = west;
    }

    /// With nothing but the bridges' images and identities in it.
    static KubeMesh start() throws Exception {
        // A socket's path has to fit, so the folder of a test would be too far down.
        Path folder = Files.createTempDirectory("e2e");
        CompletableFuture<RealCluster> first = CompletableFuture.supplyAsync(() -> cluster(folder, "east"));
        RealCluster west = cluster(folder, "west");
        KubeMesh mesh = new KubeMesh(folder, first.join(), west);
        try {
            PodImage.buildAll(Files.createDirectory(folder.resolve("images")));
            mesh.issueIdentities();
            for (String name : List.of("east", "west")) {
                RealCluster cluster = mesh.cluster(name);
                cluster.load(PodImage.BRIDGE, PodImage.SERVICES, PodImage.REDIS);
                cluster.kubectl("create", "namespace", "hikyaku");
                cluster.kubectl("label", "namespace", "hikyaku", "pod-security.kubernetes.io/enforce=restricted");
                cluster.kubectl(
                        "create",
                        "secret",
                        "generic",
                        "hikyaku-bridge-identity",
                        "--namespace=hikyaku",
                        "--from-file=" + folder.resolve("id/" + name));
            }
            mesh.run("services", PodServices.class.getName());
            return mesh;
        } catch (Exception failure) {
            mesh.close();
            throw failure;
        }
    }

    private static RealCluster cluster(Path folder, String name) {
        try {
            return RealCluster.start(folder.resolve(name), name);
        } catch (Exception failure) {
            throw new IllegalStateException(name, failure);
        }
    }

    RealCluster cluster(String name) {
        return name.equals("east") ? east : west;
    }

    private void issueIdentities() throws Exception {
        Authority authority = Authority.init(MESH, folder.resolve("ca"), InstantSource.system());
        for (String name : List.of("east", "west", "outer")) {
            authority.issue(Member.cluster(MESH, name), folder.resolve("id/" + name), Duration.ofDays(1));
        }
        authority.issue(Member.relay(MESH, "relay"), folder.resolve("id/relay"), Duration.ofDays(1));
    }

    void startRelay() throws Exception {
        Path file = folder.resolve("relay.yaml");
        Files.writeString(file, """
                mesh: prod
                identity: { directory: %s }
                listen: [ "tls://%s:7443" ]
                eventLoops: 2
                """.formatted(folder.resolve("id/relay"), RealCluster.WAN_ADDRESS));
        run("relay", Hikyaku.class.getName(), "relay", "--config", file.toString());
    }

    /// @return the value for the charts that makes it the only link
    String startKafka() throws Exception {
        KafkaServer kafka = KafkaServer.openIn(RealCluster.WAN, RealCluster.WAN_ADDRESS);
        started.push(kafka);
        Process prepare = run(
                "prepare",
                Hikyaku.class.getName(),
                "kafka",
                "prepare",
                "--bootstrap-server",
                kafka.bootstrapServers(),
                "--mesh",
                MESH,
                "--cluster",
                "east",
                "--cluster",
                "west",
                "--cluster",
                "outer");
        if (!prepare.waitFor(2, TimeUnit.MINUTES) || prepare.exitValue() != 0) {
            throw new IOException(log("prepare"));
        }
        return "links[0].kafka.bootstrapServers=" + kafka.bootstrapServers();
    }

    /// Starts the third bridge, or starts it again with other links. It exports `shop/legacy`.
    ///
    /// @param link as YAML
    void startOuter(String link) throws Exception {
        if (outer != null) {
            outer.destroy();
            outer.waitFor();
        }
        Path file = folder.resolve("outer.yaml");
        Files.writeString(file, """
                mesh: prod
                cluster: outer
                identity: { directory: %s }
                links: [ %s ]
                eventLoops: 2
                exports:
                  - service: shop/legacy
                    ports: [ { name: http, port: 80, protocol: http, target: "127.0.0.1:%d" } ]
                """.formatted(folder.resolve("id/outer"), link, PodServices.HTTP));
        outer = run("outer", Hikyaku.class.getName(), "bridge", "--config", file.toString());
    }

    /// `helm install` or `helm upgrade`, in both clusters at once; returns when the bridges are ready.
    void helm(String action, String... values) throws Exception {
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
            try {
                helm("east", action, values);
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        });
        helm("west", action, values);
        other.get(INSTALL_SECONDS, TimeUnit.SECONDS);
    }

    private void helm(String name, String action, String... values) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(action, "hikyaku-bridge", ChartTool.chart("bridge")));
        arguments.addAll(List.of("--namespace=hikyaku", "--wait", "--timeout=" + INSTALL_SECONDS + "s"));
        arguments.addAll(List.of("--set", "mesh=" + MESH + ",cluster=" + name));
        arguments.addAll(List.of("--set", "image.repository=hikyaku/bridge,image.tag=e2e"));
        arguments.addAll(List.of("--set", "extraConfig.accessLog.path=stdout"));
        for (String value : values) {
            arguments.addAll(List.of("--set", value));
        }
        try {
            cluster(name).helm(arguments.toArray(String[]::new));
        } catch (IOException failure) {
            throw new IOException(failure.getMessage() + "\n" + bridgeLogs(name), failure);
        }
    }

    /// Deletes the pod of the bridge that writes to the cluster's API server.
    void deleteLeader(String name, String... how) throws Exception {
        String holder = cluster(name)
                .kubectl(
                        "get",
                        "lease",
                        "hikyaku-bridge",
                        "--namespace=hikyaku",
                        "--output=jsonpath={.spec.holderIdentity}");
        List<String> arguments = new ArrayList<>(List.of("delete", "pod", "--namespace=hikyaku"));
        arguments.add(holder.substring(0, holder.indexOf('_')));
        arguments.addAll(List.of(how));
        cluster(name).kubectl(arguments.toArray(String[]::new));
    }

    /// What all bridges of a cluster have logged; the last lines of each.
    String bridgeLogs(String name) throws Exception {
        return cluster(name)
                .kubectl(
                        "logs",
                        "--namespace=hikyaku",
                        "--prefix",
                        "--tail=2000",
                        "--selector",
                        "app.kubernetes.io/component=bridge");
    }

    /// What a program between the clusters has printed.
    String log(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".log"));
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    private Process run(String name, String... program) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", RealCluster.WAN));
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx128m", "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(program));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile());
        builder.environment().putAll(Map.of("HOSTNAME", "outer"));
        Process process = builder.start();
        started.push(() -> process.destroyForcibly().waitFor());
        return process;
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : started) {
            each.close();
        }
        east.close();
        west.close();
        ChartTool.run(List.of("rm", "-rf", folder.toString())).success();
    }
}

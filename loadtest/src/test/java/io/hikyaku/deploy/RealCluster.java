package io.hikyaku.deploy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A Kubernetes cluster with a node that runs pods, in network namespaces of this machine. All of them have the same
/// address ranges and are behind NAT; what they have in common is the namespace that [#WAN] names.
final class RealCluster implements AutoCloseable {
    /// Not shared with other runs of tests on this machine.
    private static final String PREFIX = "e2e-" + ProcessHandle.current().pid() + "-";

    static final String WAN = PREFIX + "wan";
    static final String WAN_ADDRESS = "192.0.2.1";

    private final Path folder;

    private RealCluster(Path folder) {
        this.folder = folder;
    }

    /// Skips the test where there is no such thing.
    static void assume() {
        ChartTool.clusters();
        assumeTrue("root".equals(System.getProperty("user.name")), "network namespaces take root");
    }

    static RealCluster start(Path folder, String name) throws Exception {
        RealCluster cluster = new RealCluster(folder);
        cluster.script("up", "--netns", PREFIX + name, "--wan", WAN, "--with", "dns");
        return cluster;
    }

    void load(String... images) throws Exception {
        script("load", images);
    }

    /// What it printed; it succeeded.
    String kubectl(String... arguments) throws Exception {
        return script("kubectl", arguments);
    }

    String helm(String... arguments) throws Exception {
        return script("helm", arguments);
    }

    void apply(String yaml) throws Exception {
        Path file = Files.createTempFile("apply", ".yaml");
        Files.writeString(file, yaml);
        kubectl("apply", "-f", file.toString());
        Files.delete(file);
    }

    /// A `kubectl` that goes on in the background.
    Process background(Path out, String... arguments) throws IOException {
        return new ProcessBuilder(command("kubectl", arguments))
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private String script(String action, String... arguments) throws Exception {
        Map<String, String> assets =
                Map.of("KUBEBUILDER_ASSETS", ChartTool.assets().toString());
        ChartTool.Finished finished = ChartTool.run(command(action, arguments), assets);
        if (finished.exit() != 0) {
            throw new IOException(action + " " + Arrays.toString(arguments) + ": " + finished.err() + finished.out());
        }
        return finished.out();
    }

    private List<String> command(String action, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(ChartTool.clusters().toString());
        command.add(action);
        command.add(folder.toString());
        command.addAll(List.of(arguments));
        return command;
    }

    @Override
    public void close() throws Exception {
        if (Files.exists(folder.resolve("pids"))) {
            script("down");
        }
    }
}

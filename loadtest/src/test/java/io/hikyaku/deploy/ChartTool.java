package io.hikyaku.deploy;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Helm, kubectl and an API server, where they are: in the folder that `KUBEBUILDER_ASSETS` names, or in the one that
/// scripts beside the clone provide. Tests are skipped elsewhere.
final class ChartTool {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    static final Path DEPLOY = ROOT.resolve("deploy");
    private static final Path SCRIPTS = ROOT.resolve("../shared/kube").normalize();
    private static final int PATIENCE_MINUTES = 20; // the first call of the script builds the programs

    private ChartTool() {}

    /// The folder with the programs.
    static Path assets() throws IOException, InterruptedException {
        String named = System.getenv("KUBEBUILDER_ASSETS");
        if (named != null && Files.isExecutable(Path.of(named, "helm"))) {
            return Path.of(named);
        }
        Path script = SCRIPTS.resolve("assets");
        assumeTrue(Files.isExecutable(script), "no Helm: neither KUBEBUILDER_ASSETS nor a script that provides it");
        return Path.of(run(List.of(script.toString())).success().strip());
    }

    /// The script that starts clusters.
    static Path clusters() {
        Path script = SCRIPTS.resolve("cluster");
        assumeTrue(Files.isExecutable(script), "no script that starts an API server");
        return script;
    }

    static Finished helm(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(assets().resolve("helm").toString()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /// What `helm template` makes of a chart, or why it does not.
    static Finished template(String program, String... options) throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("template", "hikyaku-" + program, chart(program), "--namespace", "hikyaku"));
        arguments.addAll(List.of(options));
        return helm(arguments.toArray(String[]::new));
    }

    static String chart(String program) {
        return DEPLOY.resolve("chart/hikyaku-" + program).toString();
    }

    /// Values without which a chart refuses.
    static List<String> required(String program) {
        return program.equals("bridge")
                ? List.of("--set", "mesh=prod,cluster=tokyo", "--set", "links[0].relay=tls://r1:7443")
                : List.of("--set", "mesh=prod");
    }

    static Finished run(List<String> command) throws IOException, InterruptedException {
        return run(command, Map.of());
    }

    static Finished run(List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path err = Files.createTempFile("chart", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES), () -> command + " does not end");
            return new Finished(process.exitValue(), out, Files.readString(err));
        } finally {
            Files.delete(err);
        }
    }

    /// @param exit its code
    record Finished(int exit, String out, String err) {
        /// What it printed, if it succeeded.
        String success() {
            assertTrue(exit == 0, () -> exit + ": " + out + err);
            return out;
        }
    }
}

package io.hikyaku.kubernetes.cli;

import io.hikyaku.cli.Exit;
import io.hikyaku.cli.VersionCommand;
import io.hikyaku.kubernetes.inspect.ServiceTrace;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `hikyaku kube trace`: where calls of an imported service go.
@Command(
        name = "trace",
        description = "Shows where calls of an imported service go: clusters, paths, endpoints, and times.")
final class TraceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private KubeOptions cluster;

    @Parameters(index = "0", paramLabel = "SERVICE", description = "The name of the ServiceImport.")
    private String service;

    @Option(names = "--port", paramLabel = "PORT", description = "Of the service (default: all of its ports).")
    private @Nullable Integer port;

    @Option(
            names = "--call",
            paramLabel = "PATH",
            description = "Also sends a GET request to the port, through the API server and a bridge's listener.")
    private @Nullable String call;

    @Option(
            names = "--bridge-namespace",
            paramLabel = "NAME",
            defaultValue = "hikyaku",
            description = "Where the bridge is (default: ${DEFAULT-VALUE}).")
    private String bridges;

    @Override
    public Integer call() throws IOException {
        if (call != null && !call.startsWith("/")) {
            throw new ParameterException(spec.commandLine(), "--call: '" + call + "' does not begin with /");
        }
        ServiceTrace.Question question = new ServiceTrace.Question(
                cluster.target(), service, Optional.ofNullable(port), Optional.ofNullable(call), bridges);
        spec.commandLine().getOut().print(ServiceTrace.text(question, VersionCommand.version()));
        spec.commandLine().getOut().flush();
        return Exit.DONE;
    }
}

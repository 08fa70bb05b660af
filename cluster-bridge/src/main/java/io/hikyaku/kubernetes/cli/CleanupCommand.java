package io.hikyaku.kubernetes.cli;

import io.hikyaku.cli.Exit;
import io.hikyaku.cli.TextTable;
import io.hikyaku.cli.VersionCommand;
import io.hikyaku.config.value.DnsLabel;
import io.hikyaku.kubernetes.cleanup.Cleanup;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `hikyaku kube cleanup`: what remains of a bridge that is gone.
@Command(
        name = "cleanup",
        description = {
            "Deletes what a bridge that is gone has left in a cluster: EndpointSlices, Services and ServiceImports of"
                    + " imported services, and at last its Lease. Objects of others, ServiceExports and the"
                    + " CustomResourceDefinitions stay.",
            "Takes the Lease first: while a bridge runs, nothing is deleted. The Helm chart does all this by itself.",
            "The exit code is 0 if nothing is left."
        })
final class CleanupCommand implements Callable<Integer> {
    private static final int MAX_SECONDS = 3600;

    @Spec
    private CommandSpec spec;

    @Mixin
    private KubeOptions cluster;

    @Option(
            names = "--only",
            paramLabel = "NAMESPACE",
            split = ",",
            description = "Those whose services the bridge carried, as in kubernetes.namespaces (default: all).")
    private List<String> only = new ArrayList<>();

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long a bridge may take to end (default: ${DEFAULT-VALUE}).")
    private int waitSeconds;

    @Option(names = "--dry-run", description = "Only says what would be deleted, and does not ask for the Lease.")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (waitSeconds < 0 || waitSeconds > MAX_SECONDS) {
            throw new ParameterException(
                    spec.commandLine(), "--wait: " + waitSeconds + " is not between 0 and " + MAX_SECONDS);
        }
        only.forEach(this::checkName);
        PrintWriter out = spec.commandLine().getOut();
        Cleanup.Order order = new Cleanup.Order(cluster.target(), only, Duration.ofSeconds(waitSeconds), dryRun);
        boolean whole = Cleanup.run(order, VersionCommand.version(), line -> {
            out.println(TextTable.printable(line));
            out.flush();
        });
        return whole ? Exit.DONE : Exit.FAILED;
    }

    private void checkName(String namespace) {
        try {
            DnsLabel.check(namespace);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), "--only: " + wrong.getMessage(), wrong);
        }
    }
}

package io.hikyaku.kubernetes.cli;

import io.hikyaku.cli.Exit;
import io.hikyaku.cli.VersionCommand;
import io.hikyaku.kubernetes.inspect.BridgeReport;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `hikyaku kube status`: how a cluster's bridge is.
@Command(name = "status", description = "Shows how a cluster's bridge is, all of its pods together.")
final class BridgesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private KubeOptions cluster;

    @Option(names = "--json", description = "Prints each pod's own status as JSON.")
    private boolean json;

    @Override
    public Integer call() throws IOException {
        spec.commandLine().getOut().print(BridgeReport.text(cluster.target(), json, VersionCommand.version()));
        spec.commandLine().getOut().flush();
        return Exit.DONE;
    }
}

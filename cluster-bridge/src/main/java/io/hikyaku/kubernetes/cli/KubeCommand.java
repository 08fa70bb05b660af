package io.hikyaku.kubernetes.cli;

import io.hikyaku.cli.Subcommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `hikyaku kube`: what helps with a bridge or relay in a Kubernetes cluster.
@Command(
        name = "kube",
        description = "Helps with a bridge or a relay in a Kubernetes cluster.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            CheckCommand.class,
            CleanupCommand.class,
            ObjectsCommand.Exports.class,
            ObjectsCommand.Imports.class,
            ManifestsCommand.class,
            BridgesCommand.class,
            TraceCommand.class
        })
public final class KubeCommand implements Subcommand {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "Missing required subcommand");
    }
}

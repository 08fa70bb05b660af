package io.hikyaku.kubernetes.cli;

import io.hikyaku.kubernetes.inspect.KubeTarget;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which cluster, and which namespace in it: the options that kubectl has, too.
final class KubeOptions {
    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "Default: the first of those in KUBECONFIG with the context, or ~/.kube/config.")
    private @Nullable Path kubeconfig;

    @Option(names = "--context", paramLabel = "NAME", description = "Of the kubeconfig (default: its current one).")
    private @Nullable String context;

    @Option(
            names = {"-n", "--namespace"},
            paramLabel = "NAME",
            description = "Default: hikyaku for the bridge itself, the context's for services.")
    private @Nullable String namespace;

    KubeTarget target() {
        return new KubeTarget(
                Optional.ofNullable(kubeconfig), Optional.ofNullable(context), Optional.ofNullable(namespace));
    }
}

package io.hikyaku.kubernetes.cli;

import io.hikyaku.cli.Exit;
import io.hikyaku.cli.TextTable;
import io.hikyaku.cli.VersionCommand;
import io.hikyaku.kubernetes.check.CheckResult;
import io.hikyaku.kubernetes.check.CheckResult.Verdict;
import io.hikyaku.kubernetes.check.ClusterChecks;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// `hikyaku kube check`: what may be wrong, and how to mend it.
@Command(
        name = "check",
        description = {
            "Looks for what may be wrong with a bridge in a cluster, and says how to mend it. Changes nothing.",
            "The exit code is 0 if nothing fails; a warning or a check that was skipped is no failure."
        })
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private KubeOptions cluster;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The bridge's configuration (default: that in its ConfigMap).")
    private @Nullable Path config;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @Option(names = "--print-corefile", description = "Prints CoreDNS's configuration as it has to be, and no more.")
    private boolean printCorefile;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (printCorefile) {
            out.print(ClusterChecks.correctedCorefile(cluster.target(), VersionCommand.version()));
            out.flush();
            return Exit.DONE;
        }
        List<CheckResult> results =
                ClusterChecks.run(cluster.target(), Optional.ofNullable(config), VersionCommand.version());
        out.print(json ? json(results) : text(results));
        out.flush();
        return results.stream().anyMatch(result -> result.verdict() == Verdict.FAIL) ? Exit.FAILED : Exit.DONE;
    }

    static String text(List<CheckResult> results) {
        StringBuilder text = new StringBuilder();
        for (CheckResult result : results) {
            text.append(String.format("%-7s  ", result.verdict()))
                    .append(TextTable.printable(result.check() + ": " + result.found()))
                    .append('\n');
            if (!result.mend().isEmpty()) {
                text.append("         → ")
                        .append(TextTable.printable(result.mend()))
                        .append('\n');
            }
        }
        return text.toString();
    }

    private static String json(List<CheckResult> results) {
        return new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(results) + "\n";
    }
}

package io.hikyaku.cli;

import io.hikyaku.names.SystemNames;
import io.hikyaku.node.NothingToClose;
import java.io.PrintWriter;
import java.util.ServiceLoader;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The `hikyaku` program: the root of all commands and the way into every process of the system.
///
/// A command of this package is one more class in the list of `subcommands`; one of another module is a [Subcommand].
/// `--help` and `--verbose` are inherited by all.
@Command(
        name = "hikyaku",
        description = "Carries service calls between clusters as encrypted messages.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            AuthorityCommand.class,
            BridgeCommand.class,
            KafkaCommand.class,
            RelayCommand.class,
            StatusCommand.class,
            VersionCommand.class,
        })
public final class Hikyaku {
    /// Commands that end when they are told to.
    private static final Set<String> RUNNING_ON = Set.of("bridge", "relay");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Shows this help.")
    private boolean help;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Adds stack traces to failures.")
    private boolean verbose;

    private Hikyaku() {}

    /// Runs the command that `args` names and ends the process with its exit code.
    public static void main(String[] args) {
        if (args.length > 0 && RUNNING_ON.contains(args[0])) {
            NothingToClose.begin();
        }
        SystemNames.forgetSoon();
        CommandLine commandLine = commandLine(ServiceLoader.load(Subcommand.class));
        int code = commandLine.execute(args);
        NothingToClose.end();
        System.exit(code);
    }

    /// Runs a command inside this process.
    ///
    /// @return one of [Exit]'s codes
    static int run(Iterable<? extends Subcommand> added, PrintWriter out, PrintWriter err, String... args) {
        return commandLine(added).setOut(out).setErr(err).execute(args);
    }

    /// The tree of all commands, for running one and for reading about them.
    public static CommandLine commandLine(Iterable<? extends Subcommand> added) {
        Hikyaku root = new Hikyaku();
        CommandLine commandLine = new CommandLine(root);
        added.forEach(commandLine::addSubcommand);
        return commandLine
                .setExecutionExceptionHandler(
                        (failure, failed, parsed) -> Failures.report(failure, failed, root.verbose))
                .setUsageHelpAutoWidth(true)
                .setUsageHelpLongOptionsMaxWidth(40);
    }
}

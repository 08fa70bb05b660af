package io.hikyaku.cli;

import io.hikyaku.net.name.SystemNames;
import io.hikyaku.node.NothingToClose;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The `hikyaku` program: the root of all commands and the entry point of every process of the system.
///
/// A command of this package is one more class in [#OWN]; one of another module is a [Subcommand], and there if its jar
/// is. `--help` and `--verbose` are inherited by all.
@Command(
        name = "hikyaku",
        description = "Carries service calls between clusters as encrypted messages.",
        synopsisSubcommandLabel = "COMMAND")
public final class Hikyaku {
    private static final List<Class<?>> OWN = List.of(
            AuthorityCommand.class, KafkaCommand.class, RelayCommand.class, StatusCommand.class, VersionCommand.class);

    /// The order of the help. Commands that other modules add and that are not named here come after.
    private static final List<String> ORDER =
            List.of("authority", "bridge", "kafka", "kube", "relay", "status", "version");

    /// Commands that run until they are told to end. Known by name: this is decided before any of their classes is
    /// looked for.
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
        inTheOrderOfTheHelp(added).forEach(command -> commandLine.addSubcommand(command.getCommandName(), command));
        return commandLine
                .setExecutionExceptionHandler(
                        (failure, failed, parsed) -> Failures.report(failure, failed, root.verbose))
                .setUsageHelpAutoWidth(true)
                .setUsageHelpLongOptionsMaxWidth(40);
    }

    private static Stream<CommandLine> inTheOrderOfTheHelp(Iterable<? extends Subcommand> added) {
        return Stream.concat(OWN.stream(), StreamSupport.stream(added.spliterator(), false))
                .map(CommandLine::new)
                .sorted(Comparator.comparingInt(command -> place(command.getCommandName())));
    }

    private static int place(String command) {
        int place = ORDER.indexOf(command);
        return place < 0 ? ORDER.size() : place;
    }
}

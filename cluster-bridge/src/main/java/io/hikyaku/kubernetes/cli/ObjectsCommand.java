package io.hikyaku.kubernetes.cli;

import io.hikyaku.cli.Exit;
import io.hikyaku.cli.VersionCommand;
import io.hikyaku.kubernetes.inspect.ServiceObjects;
import io.hikyaku.kubernetes.inspect.ServiceObjects.Form;
import io.hikyaku.kubernetes.inspect.ServiceObjects.Kind;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `hikyaku kube exports` and `imports`, which differ in the kind alone.
abstract sealed class ObjectsCommand implements Callable<Integer> {
    private final Kind kind;

    @Spec
    private CommandSpec spec;

    @Mixin
    private KubeOptions cluster;

    @Option(
            names = {"-A", "--all-namespaces"},
            description = "Of all namespaces.")
    private boolean everywhere;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "table",
            description = "table, wide, json or yaml (default: table).")
    private String output;

    private ObjectsCommand(Kind kind) {
        this.kind = kind;
    }

    @Override
    public Integer call() throws IOException {
        String text = ServiceObjects.text(cluster.target(), kind, form(), everywhere, VersionCommand.version());
        spec.commandLine().getOut().print(text);
        spec.commandLine().getOut().flush();
        return Exit.DONE;
    }

    private Form form() {
        try {
            return Form.valueOf(output.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException other) {
            throw new ParameterException(
                    spec.commandLine(), "-o: '" + output + "' is not table, wide, json or yaml", other);
        }
    }

    @Command(name = "exports", description = "Shows ServiceExports: ports, and how their exporting fares.")
    static final class Exports extends ObjectsCommand {
        Exports() {
            super(Kind.EXPORTS);
        }
    }

    @Command(name = "imports", description = "Shows ServiceImports: address, ports, and the clusters that export them.")
    static final class Imports extends ObjectsCommand {
        Imports() {
            super(Kind.IMPORTS);
        }
    }
}

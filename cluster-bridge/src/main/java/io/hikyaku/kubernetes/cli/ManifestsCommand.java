package io.hikyaku.kubernetes.cli;

import io.hikyaku.cli.Exit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `hikyaku kube manifests`: what the Helm chart would install, for people without Helm.
@Command(
        name = "manifests",
        description = {
            "Prints the objects that the Helm chart would install, for kubectl apply -f -.",
            "Keys: namespace (default: hikyaku), mesh, image, replicas (default: 2) and secret, the Secret with the"
                    + " identity (default: hikyaku-bridge-identity or hikyaku-relay-identity).",
            "Of a bridge also: cluster, relays (URLs), and namespaces (default: all) whose services it carries.",
            "Of a relay also: peers (URLs), and type of its Services (default: LoadBalancer)."
        })
final class ManifestsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            arity = "0..1",
            defaultValue = "bridge",
            paramLabel = "PROGRAM",
            converter = Program.Reading.class,
            description = "bridge or relay (default: bridge).")
    private Program program;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One of the keys; lists have commas.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Override
    public Integer call() {
        try {
            ManifestValues values = ManifestValues.of(program, set);
            Manifests made = switch (program) {
                case BRIDGE -> BridgeManifests.with(values);
                case RELAY -> RelayManifests.with(values);
            };
            spec.commandLine().getOut().print(made.toYaml());
            spec.commandLine().getOut().flush();
            return Exit.DONE;
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
        }
    }

    /// Which chart.
    enum Program {
        BRIDGE,
        RELAY;

        /// The folder of its manifests, and its word on the command line.
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// From the command line.
        static final class Reading implements ITypeConverter<Program> {
            @Override
            public Program convert(String word) {
                return Stream.of(values())
                        .filter(program -> program.toString().equals(word))
                        .findFirst()
                        .orElseThrow(() -> new TypeConversionException("'" + word + "' is neither bridge nor relay"));
            }
        }
    }
}

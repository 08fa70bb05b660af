package io.hikyaku.bench;

import io.hikyaku.bench.LoadGenerator.Connections;
import io.hikyaku.cli.Exit;
import io.hikyaku.cli.Subcommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Measures, in one run and in turns: a direct call, two HAProxies joined by mutual TLS, Hikyaku over a relay, and
/// Hikyaku over Kafka.
@Command(
        name = "bench",
        description = {
            "Measures calls over a relay and over Kafka beside a direct call and beside two HAProxies"
                    + " joined by mutual TLS, in turns within one run.",
            "Starts everything it needs on this machine. Uses wrk, nginx and HAProxy where they are installed."
        })
public final class BenchCommand implements Subcommand {
    private static final Set<String> SCENARIOS = Set.of("http", "connections", "bulk", "stalled");
    private static final Set<String> USUAL = Set.of("http", "connections", "bulk");
    private static final Duration WARM_UP = Duration.ofSeconds(1);
    private static final Duration JVM_WARM_UP = Duration.ofSeconds(12);

    @Option(names = "--full", description = "Longer rounds, more of them, and 1 GiB streams; about 15 minutes.")
    private boolean full;

    @Option(names = "--rounds", description = "Rounds of each scenario and way (default 3, with --full 7).")
    private int rounds;

    @Option(names = "--seconds", description = "Length of a round of requests (default 2, with --full 8).")
    private int seconds;

    @Option(names = "--ways", split = ",", description = "Which ways: direct, haproxy, relay, kafka (default all).")
    private List<String> names = List.of();

    @Option(
            names = "--scenarios",
            split = ",",
            description = "Which scenarios: http, connections, bulk, stalled (default all but stalled).")
    private List<String> kinds = List.of();

    @Option(names = "--out", description = "The file for the results as JSON (default ${DEFAULT-VALUE}).")
    private Path out = Path.of("bench-results.json");

    @Option(
            names = "--java-options",
            split = " ",
            description = "JVM options of relays and bridges (default ${DEFAULT-VALUE}).")
    private List<String> javaOptions = List.of("-Xmx256m");

    @Spec
    private CommandSpec spec;

    /// Made by [java.util.ServiceLoader].
    public BenchCommand() {}

    @Override
    public Integer call() throws Exception {
        Set<String> contenders = names.isEmpty() ? Testbed.ALL : known("--ways", names, Testbed.ALL);
        Set<String> scenarios = kinds.isEmpty() ? USUAL : known("--scenarios", kinds, SCENARIOS);
        PrintWriter err = spec.commandLine().getErr();
        LoadGenerator generator = LoadGenerator.best();
        List<Measurement> measurements = new ArrayList<>();
        try (Testbed testbed = Testbed.start(contenders, javaOptions, err)) {
            Map<String, String> machine = machine(generator, testbed.originName());
            warmUp(testbed.contenders(), err);
            print(Report.heading(machine));
            try {
                for (Scenario scenario : scenarios(generator, scenarios)) {
                    List<Measurement> block = blockOf(scenario, testbed.contenders());
                    measurements.addAll(block);
                    measure(scenario, block, err);
                    print(Report.block(block));
                }
            } finally { // what was measured before something failed counts too
                Report.write(measurements, machine, out);
                err.println("All rounds: " + out);
            }
        }
        boolean clean = measurements.stream().allMatch(measurement -> measurement.failures() == 0);
        return clean ? Exit.DONE : Exit.FAILED;
    }

    private void print(String text) {
        PrintWriter to = spec.commandLine().getOut();
        to.print(text);
        to.flush();
    }

    private Set<String> known(String option, List<String> given, Set<String> allowed) {
        for (String name : given) {
            if (!allowed.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(), option + ": " + name + " is none of " + new TreeSet<>(allowed));
            }
        }
        return Set.copyOf(given);
    }

    private List<Scenario> scenarios(LoadGenerator generator, Set<String> wanted) {
        Duration length = Duration.ofSeconds(seconds > 0 ? seconds : full ? 8 : 2);
        List<Scenario> scenarios = new ArrayList<>();
        if (wanted.contains("http")) {
            for (int connections : List.of(1, 32, 256)) {
                scenarios.add(new Scenario.Http(generator, connections, Connections.KEPT, length));
            }
        }
        if (wanted.contains("connections")) {
            scenarios.add(new Scenario.Http(generator, 32, Connections.NEW_FOR_EACH_REQUEST, length));
        }
        if (wanted.contains("stalled")) {
            Scenario calls = new Scenario.Http(generator, 8, Connections.KEPT, length);
            for (int downloads : List.of(0, 1, 2, 8, 100, 1000)) {
                scenarios.add(new Scenario.BesideStalled(calls, downloads, 0));
            }
            scenarios.add(new Scenario.BesideStalled(calls, 0, 100));
        }
        if (wanted.contains("bulk")) {
            int mebibytes = full ? 1024 : 256;
            scenarios.add(new Scenario.Bulk(false, mebibytes));
            scenarios.add(new Scenario.Bulk(true, mebibytes));
        }
        return scenarios;
    }

    /// Lets the compilers of the JVMs see every path before anything counts: with little load too, where they have
    /// the fewest calls to learn from and compete with them for the processors.
    private static void warmUp(List<Contender> contenders, PrintWriter err) throws IOException, InterruptedException {
        LoadGenerator generator = LoadGenerator.best();
        for (Contender contender : contenders) {
            err.println("warming up: " + contender.name());
            err.flush();
            Duration length = contender.jvm() ? JVM_WARM_UP : WARM_UP;
            for (int connections : List.of(32, 1)) {
                generator.run(contender.http(), Origin.PATH, connections, Connections.KEPT, length);
            }
            BulkServer.download(contender.tcp(), 64 << 20);
            BulkServer.upload(contender.tcp(), 64 << 20);
        }
    }

    private static List<Measurement> blockOf(Scenario scenario, List<Contender> contenders) {
        return contenders.stream()
                .map(contender -> new Measurement(scenario.name(), contender))
                .toList();
    }

    private void measure(Scenario scenario, List<Measurement> block, PrintWriter err) throws Exception {
        err.println("measuring: " + scenario.name());
        err.flush();
        for (Measurement measurement : block) { // a round that does not count: the compilers meet what is new in it
            try (AutoCloseable beside = scenario.beside(measurement.contender())) {
                scenario.run(measurement.contender());
            }
        }
        int turns = rounds > 0 ? rounds : full ? 7 : 3;
        for (int round = 0; round < turns; round++) {
            for (Measurement measurement : block) {
                try (AutoCloseable beside = scenario.beside(measurement.contender())) {
                    double[] before = measurement.contender().cpuSeconds();
                    Sample sample = scenario.run(measurement.contender());
                    double[] used = measurement.contender().cpuSeconds();
                    for (int i = 0; i < used.length; i++) {
                        used[i] -= before[i];
                    }
                    measurement.add(sample, used);
                }
            }
        }
    }

    private Map<String, String> machine(LoadGenerator generator, String origin) {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("at", Instant.now().toString());
        machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        machine.put("java", Runtime.version().toString());
        machine.put("load generator", generator.name());
        machine.put("origin", origin);
        machine.put("JVM options", String.join(" ", javaOptions));
        machine.put("CPU time", CpuTime.isAvailable() ? "from /proc" : "not available");
        return machine;
    }
}

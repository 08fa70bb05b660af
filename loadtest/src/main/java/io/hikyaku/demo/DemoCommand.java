package io.hikyaku.demo;

import io.hikyaku.cli.Exit;
import io.hikyaku.cli.Subcommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Shows the whole of Hikyaku on one machine.
@Command(
        name = "demo",
        description = {
            "Starts a relay, a Kafka broker and three clusters on this machine, sends calls between them over"
                    + " the relay and, after the relay has been killed, over Kafka, and prints what happened.",
            "Leaves nothing behind."
        })
public final class DemoCommand implements Subcommand {
    private static final Logger LOG = LoggerFactory.getLogger(DemoCommand.class);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ROW = "  %-7s %-15s %-7s %-10s %-6s %-34s %10s%n";

    private static final List<Call> CALLS = List.of(
            new Call(Topology.TOKYO, Topology.OSAKA, Topology.ORDERS, DemoProtocol.HTTP_1),
            new Call(Topology.EDGE, Topology.OSAKA, Topology.ORDERS, DemoProtocol.HTTP_2),
            new Call(Topology.OSAKA, Topology.TOKYO, Topology.PAYMENTS, DemoProtocol.GRPC),
            new Call(Topology.TOKYO, Topology.OSAKA, Topology.CHAT, DemoProtocol.WEBSOCKET),
            new Call(Topology.TOKYO, Topology.EDGE, Topology.SENSOR, DemoProtocol.EVENTS),
            new Call(Topology.TOKYO, Topology.EDGE, Topology.CONSOLE, DemoProtocol.TCP));

    @Option(names = "--stay", description = "Leaves everything running until Ctrl-C, and prints addresses to try.")
    private boolean stay;

    @Option(
            names = "--service",
            paramLabel = "http://HOST:PORT",
            description = "Puts this running service behind cluster osaka, as shop/orders.")
    private @Nullable String service;

    @Spec
    private CommandSpec spec;

    /// Made by [java.util.ServiceLoader].
    public DemoCommand() {}

    @Override
    public Integer call() throws Exception {
        String target = service == null ? null : target(service);
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        AtomicReference<Topology> world = new AtomicReference<>();
        Thread cleaner = new Thread(() -> closeQuietly(world.get()), "demo-cleaner");
        Runtime.getRuntime().addShutdownHook(cleaner);
        err.println("Starting the demo on this machine:");
        try (Clients clients = new Clients();
                Topology topology = Topology.start(target, err, world::set)) {
            out.println("\nCalls between clusters, each to a local address of the caller's cluster:\n");
            run(topology, clients, "relay", out);
            err.println("\n  killing the relay: the same calls go over Kafka\n");
            err.flush();
            topology.killRelay();
            run(topology, clients, "Kafka", out);
            out.println("\nNo bridge listened for another one. Relay and Kafka saw only ciphertext.");
            out.flush();
            if (stay) {
                topology.startRelay();
                stay(topology, out);
            }
        }
        return Exit.DONE;
    }

    private static void run(Topology topology, Clients clients, String way, PrintWriter out) throws Exception {
        out.printf(ROW, "caller", "calls", "in", "speaks", "over", "answer", "median");
        for (Call call : CALLS) {
            Call.Result result = await(topology, clients, call, way);
            out.printf(
                    ROW,
                    call.from(),
                    call.service(),
                    call.to(),
                    call.protocol().title(),
                    result.way(),
                    shortened(result.answer()),
                    String.format(Locale.ROOT, "%.2f ms", result.millis()));
            out.flush();
        }
    }

    /// Tries until the answer comes over the way expected: bridges need a moment to learn of each other, and to
    /// notice that a relay is gone.
    private static Call.Result await(Topology topology, Clients clients, Call call, String way) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String problem;
        do {
            try {
                Call.Result result = call.run(topology, clients);
                if (result.way().equals(way)) {
                    return result;
                }
                problem = "it went over " + result.way();
            } catch (IOException e) {
                problem = String.valueOf(e.getMessage());
                LOG.debug("Not yet", e);
            }
            TimeUnit.MILLISECONDS.sleep(100);
        } while (System.nanoTime() < end);
        throw new IOException("The call from " + call.from() + " to " + call.service() + " over " + way
                + " did not succeed within " + PATIENCE.toSeconds() + " s: " + problem);
    }

    private static void stay(Topology topology, PrintWriter out) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        lines.add("\nEverything keeps running. Try, in another terminal:\n");
        for (Call call : CALLS) {
            String address = topology.address(call.from(), call.service());
            String command = call.protocol().byHand(address);
            lines.add("  %-60s # %s calls %s in %s".formatted(command, call.from(), call.service(), call.to()));
        }
        for (String cluster : List.of(Topology.TOKYO, Topology.OSAKA, Topology.EDGE)) {
            lines.add("  ./hikyaku status --admin %s"
                    .formatted(topology.bridge(cluster).admin()));
        }
        lines.add("\nCtrl-C ends it.");
        lines.forEach(out::println);
        out.flush();
        new CountDownLatch(1).await();
    }

    private String target(String url) {
        try {
            URI uri = new URI(url);
            boolean plain = uri.getPath() == null
                    || uri.getPath().isEmpty()
                    || uri.getPath().equals("/");
            if (!"http".equals(uri.getScheme()) || uri.getHost() == null || uri.getPort() <= 0 || !plain) {
                throw new URISyntaxException(url, "it is not of the form http://HOST:PORT");
            }
            return uri.getHost() + ":" + uri.getPort();
        } catch (URISyntaxException e) {
            throw new ParameterException(spec.commandLine(), "--service: " + e.getMessage());
        }
    }

    private static String shortened(String answer) {
        return answer.length() <= 34 ? answer : answer.substring(0, 31) + "...";
    }

    private static void closeQuietly(@Nullable Topology topology) {
        try {
            if (topology != null) {
                topology.close();
            }
        } catch (Exception e) {
            LOG.warn("Not everything of the demo could be ended", e);
        }
    }
}

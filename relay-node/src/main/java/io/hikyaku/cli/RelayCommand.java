package io.hikyaku.cli;

import io.hikyaku.config.RelayConfig;
import io.hikyaku.node.RunningProgram;
import io.hikyaku.node.RunningProgram.Started;
import io.hikyaku.node.log.Logging;
import io.hikyaku.relay.RelayNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hikyaku relay`: runs a relay until it is told to stop.
@Command(name = "relay", description = "Runs a relay, which passes on what bridges send to each other.")
final class RelayCommand implements Callable<Integer> {
    private static final Duration BEYOND_DRAIN = Duration.ofSeconds(10);

    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The relay's configuration, relay.yaml.")
    private Path config;

    @Override
    public Integer call() throws Exception {
        RunningProgram.run("relay", this::start);
        return Exit.DONE;
    }

    private Started start() throws Exception {
        RelayConfig relay = RelayConfig.read(config);
        Logging.configure(relay.log());
        RelayNode node = RelayNode.start(relay, VersionCommand.version());
        node.follow(config);
        return new Started(node::stop, relay.limits().drainTimeout().plus(BEYOND_DRAIN));
    }
}

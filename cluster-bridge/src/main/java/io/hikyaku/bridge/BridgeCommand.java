package io.hikyaku.bridge;

import io.hikyaku.cli.Exit;
import io.hikyaku.cli.Subcommand;
import io.hikyaku.cli.VersionCommand;
import io.hikyaku.config.BridgeConfig;
import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.node.RunningProgram;
import io.hikyaku.node.RunningProgram.Started;
import io.hikyaku.node.log.Logging;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `hikyaku bridge`: runs until it is told to stop.
@Command(
        name = "bridge",
        description = "Runs a cluster's bridge, which exports services to other clusters and imports theirs.")
public final class BridgeCommand implements Subcommand {
    private static final Duration BEYOND_DRAIN = Duration.ofSeconds(15);

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The bridge's configuration, YAML.")
    private Path file;

    @Override
    public Integer call() throws Exception {
        RunningProgram.run("bridge", this::start);
        return Exit.DONE;
    }

    private Started start() throws Exception {
        BridgeConfig config = BridgeConfig.read(file);
        Logging.configure(config.log());
        Bridge bridge = start(config);
        bridge.follow(file);
        return new Started(bridge::stop, config.limits().drainTimeout().plus(BEYOND_DRAIN));
    }

    /// Files that the configuration names are read when the bridge is made.
    private Bridge start(BridgeConfig config) throws Exception {
        try {
            return Bridge.start(config, VersionCommand.version());
        } catch (ConfigException unusable) {
            boolean placed = unusable.findings().stream()
                    .noneMatch(finding -> finding.path().isEmpty());
            throw placed ? new ConfigException(file, unusable.findings()) : unusable;
        }
    }
}

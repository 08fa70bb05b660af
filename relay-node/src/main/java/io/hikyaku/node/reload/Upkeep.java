package io.hikyaku.node.reload;

import io.hikyaku.files.FileWatch;
import io.hikyaku.identity.Identity;
import io.hikyaku.status.NodeStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What changes on disk while a program runs, and is taken over: its configuration and its certificate.
public final class Upkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Upkeep.class);

    private final Watch watch = new Watch();
    private final Supplier<Identity> identity;
    private final Reloads configurations;
    private final Reloads certificates;

    /// @param identity in use
    public Upkeep(Supplier<Identity> identity, MeterRegistry meters) {
        this.identity = identity;
        configurations =
                new Reloads(meters, "hikyaku.config.reloads", "Changes of the configuration file while running");
        certificates =
                new Reloads(meters, "hikyaku.certificate.reloads", "Changes of the certificate's files while running");
        Gauge.builder("hikyaku.certificate.expiry.seconds", this::secondsToExpiry)
                .description("For how long its own certificate is still valid; negative when it has expired")
                .register(meters);
    }

    /// Looks after files from now on, once a second, and at SIGHUP.
    public void start() {
        watch.start();
        Signals.handle("HUP", watch::hurry);
    }

    /// Follows the program's configuration file.
    ///
    /// @param running what the program was started with
    /// @param free top-level keys that may change while it runs; a file that changes others is refused
    public <C extends Record> void follow(
            Path file, C running, Function<Path, C> reader, Set<String> free, ConfigTaker<C> taker) {
        if (FileWatch.wouldWait(file)) {
            LOG.info("configuration {}: it came through a pipe and cannot be read again, so it is not followed", file);
            return;
        }
        watch.add(new ConfigReload<>(file, running, reader, free, taker, configurations, System::nanoTime));
    }

    /// Follows the files of this node's identity, and warns before it expires.
    public void follow(IdentityReload.Files files, IdentityReload.Taker taker) {
        Runnable reload = new IdentityReload(files, identity, taker, certificates);
        Runnable warning = new ExpiryWarning(identity);
        watch.add(_ -> reload.run());
        watch.add(_ -> warning.run());
    }

    /// What status shows of changes.
    public NodeStatus.Lifecycle lifecycle(boolean draining) {
        return new NodeStatus.Lifecycle(
                draining,
                configurations.last(),
                certificates.last(),
                identity.get().notAfter().toString());
    }

    /// What changes from now on is left alone; the program stops.
    @Override
    public void close() {
        watch.close();
    }

    private double secondsToExpiry() {
        return Duration.between(Instant.now(), identity.get().notAfter()).toSeconds();
    }
}

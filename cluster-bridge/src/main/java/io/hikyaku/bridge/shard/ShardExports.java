package io.hikyaku.bridge.shard;

import io.hikyaku.call.ServicePort;
import io.hikyaku.call.export.ExportHandler;
import io.hikyaku.call.export.Exports;
import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.config.yaml.Finding;
import io.hikyaku.service.Export;
import io.hikyaku.service.ExportPort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// What one event loop exports. A port of which nothing but the targets has changed keeps its object, with its
/// connections to the targets that stay and what it counts. A change is made completely first, and then used; one
/// thread at a time may make changes, the rest belongs to the event loop.
public final class ShardExports {
    /// @param port as it is configured
    record Made(ExportPort port, ExportHandler export) {}

    /// Everything that is to be exported from now on, made but not yet in use.
    ///
    /// @param fresh what is not in use elsewhere
    /// @param retargetings what tells ports in use of their other targets
    record Next(Map<ServicePort, Made> all, List<ExportHandler> fresh, List<Runnable> retargetings) {
        Next() {
            this(new HashMap<>(), new ArrayList<>(), new ArrayList<>());
        }

        /// @param known what there is of the port
        /// @throws ConfigException if it cannot be made
        void add(
                ServicePort name,
                ExportPort port,
                @Nullable Made known,
                BiFunction<ServicePort, ExportPort, ExportHandler> maker) {
            if (known != null && known.port().equals(port)) {
                all.put(name, known);
            } else if (known != null && known.port().equalsButForTarget(port)) {
                retargetings.add(known.export().retarget(port));
                all.put(name, new Made(port, known.export()));
            } else {
                Made made = new Made(port, maker.apply(name, port));
                fresh.add(made.export());
                all.put(name, made);
            }
        }

        /// It will not be used.
        void discard() {
            fresh.forEach(ExportHandler::close);
        }
    }

    /// A port to export, of a service or of one of its pods.
    ///
    /// @param place where a file would have it
    private record Wanted(ServicePort name, ExportPort port, String place) {}

    private final Exports exports = new Exports();
    private final String cluster;
    private final BiFunction<ServicePort, ExportPort, ExportHandler> maker;
    private volatile Map<ServicePort, Made> made = Map.of();

    /// @param cluster this one's name, which those of its pods begin with
    /// @param maker makes what replays the calls of one port
    ShardExports(String cluster, BiFunction<ServicePort, ExportPort, ExportHandler> maker) {
        this.cluster = cluster;
        this.maker = maker;
    }

    /// Takes the streams of callers.
    Exports exports() {
        return exports;
    }

    /// Makes those of these exports that are new.
    ///
    /// @throws ConfigException with everything that cannot be made, by place; then nothing is left behind
    Next make(List<Export> services) {
        Map<ServicePort, Made> before = made;
        List<Finding> findings = new ArrayList<>();
        Next all = new Next();
        for (Wanted one : wanted(services)) {
            try {
                all.add(one.name(), one.port(), before.get(one.name()), maker);
            } catch (ConfigException unusable) {
                unusable.findings().forEach(finding -> findings.add(at(one.place(), finding)));
            } catch (RuntimeException mistake) {
                all.discard();
                throw mistake;
            }
        }
        if (!findings.isEmpty()) {
            all.discard();
            throw new ConfigException(Path.of("exports"), findings);
        }
        return all;
    }

    private List<Wanted> wanted(List<Export> services) {
        List<Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < services.size(); i++) {
            Export export = services.get(i);
            String place = "exports[" + i + "]";
            addPorts(wanted, export.service().toString(), export.ports(), place);
            export.pods()
                    .forEach((pod, ports) ->
                            addPorts(wanted, export.service().pod(cluster, pod), ports, place + ".pods." + pod));
        }
        return wanted;
    }

    private static void addPorts(List<Wanted> wanted, String name, List<ExportPort> ports, String place) {
        for (int j = 0; j < ports.size(); j++) {
            ExportPort port = ports.get(j);
            wanted.add(new Wanted(new ServicePort(name, port.port()), port, place + ".ports[" + j + "]"));
        }
    }

    /// So far, the only files are those of TLS.
    private static Finding at(String place, Finding finding) {
        return new Finding(place + ".tls." + finding.path(), finding.line(), finding.message());
    }

    /// Replaces the exports by these: for the making thread at once, since the next change may come before a busy
    /// event loop's turn, and then on the event loop, which hears of changes in their order. Running calls go on,
    /// including those of ports that are gone.
    void use(Next next, Executor loop) {
        made = next.all();
        Map<ServicePort, ExportHandler> byPort = new HashMap<>();
        made.forEach((name, one) -> byPort.put(name, one.export()));
        loop.execute(() -> {
            next.retargetings().forEach(Runnable::run);
            exports.update(byPort);
        });
    }

    /// Begins no more calls.
    public void drain() {
        exports.drain();
    }
}

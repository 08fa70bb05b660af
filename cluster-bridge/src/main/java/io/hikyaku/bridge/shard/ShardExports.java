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

/// What one event loop exports. A port whose configuration has not changed keeps its object, with its connections to
/// targets and what it counts. A change is made completely first, and then used; one thread at a time may make changes,
/// the rest belongs to the event loop.
public final class ShardExports {
    /// @param port as it is configured
    record Made(ExportPort port, ExportHandler export) {}

    /// Everything that is to be exported from now on, made but not yet in use.
    ///
    /// @param fresh what is not in use elsewhere
    record Next(Map<ServicePort, Made> all, List<ExportHandler> fresh) {
        /// It will not be used.
        void discard() {
            fresh.forEach(ExportHandler::close);
        }
    }

    private final Exports exports = new Exports();
    private final BiFunction<ServicePort, ExportPort, ExportHandler> maker;
    private volatile Map<ServicePort, Made> made = Map.of();

    /// @param maker makes what replays the calls of one port
    ShardExports(BiFunction<ServicePort, ExportPort, ExportHandler> maker) {
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
        Map<ServicePort, Made> next = new HashMap<>();
        List<ExportHandler> fresh = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        Next all = new Next(next, fresh);
        for (int i = 0; i < services.size(); i++) {
            String service = services.get(i).service().toString();
            List<ExportPort> ports = services.get(i).ports();
            for (int j = 0; j < ports.size(); j++) {
                ExportPort port = ports.get(j);
                ServicePort name = new ServicePort(service, port.port());
                Made known = before.get(name);
                if (known != null && known.port().equals(port)) {
                    next.put(name, known);
                    continue;
                }
                try {
                    Made one = new Made(port, maker.apply(name, port));
                    fresh.add(one.export());
                    next.put(name, one);
                } catch (ConfigException unusable) {
                    String place = "exports[" + i + "].ports[" + j + "]";
                    unusable.findings().forEach(one -> findings.add(at(place, one)));
                } catch (RuntimeException mistake) {
                    all.discard();
                    throw mistake;
                }
            }
        }
        if (!findings.isEmpty()) {
            all.discard();
            throw new ConfigException(Path.of("exports"), findings);
        }
        return all;
    }

    /// So far, the only files are those of TLS.
    private static Finding at(String place, Finding finding) {
        return new Finding(place + ".tls." + finding.path(), finding.line(), finding.message());
    }

    /// Replaces the exports by these: for the making thread at once, since the next change may come before a busy
    /// event loop's turn, and then on the event loop. Running calls go on, including those of ports that are gone.
    void use(Next next, Executor loop) {
        made = next.all();
        Map<ServicePort, ExportHandler> byPort = new HashMap<>();
        made.forEach((name, one) -> byPort.put(name, one.export()));
        loop.execute(() -> exports.update(byPort));
    }

    /// Begins no more calls.
    public void drain() {
        exports.drain();
    }
}

package io.hikyaku.bridge;

import io.hikyaku.call.Exports;
import io.hikyaku.call.ServicePort;
import io.hikyaku.config.Export;
import io.hikyaku.config.ExportPort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/// What one event loop exports. A port whose configuration has not changed keeps its object, with its connections to
/// targets and what it counts. Belongs to its event loop.
final class ShardExports {
    /// @param port as it is configured
    private record Made(ExportPort port, io.hikyaku.call.Export export) {}

    private final Exports exports = new Exports();
    private final BiFunction<ServicePort, ExportPort, io.hikyaku.call.Export> maker;
    private Map<ServicePort, Made> made = Map.of();

    /// @param maker makes what replays the calls of one port
    ShardExports(BiFunction<ServicePort, ExportPort, io.hikyaku.call.Export> maker) {
        this.maker = maker;
    }

    /// Takes the streams of callers.
    Exports exports() {
        return exports;
    }

    /// Puts these in place of the ones before. Running calls go on, also those of ports that are gone.
    void update(List<Export> services) {
        Map<ServicePort, Made> next = new HashMap<>();
        for (Export service : services) {
            for (ExportPort port : service.ports()) {
                ServicePort name = new ServicePort(service.service().toString(), port.port());
                Made before = made.get(name);
                next.put(
                        name,
                        before != null && before.port().equals(port)
                                ? before
                                : new Made(port, maker.apply(name, port)));
            }
        }
        made = next;
        Map<ServicePort, io.hikyaku.call.Export> byPort = new HashMap<>();
        next.forEach((name, one) -> byPort.put(name, one.export()));
        exports.update(byPort);
    }

    /// Begins no call any more.
    void drain() {
        exports.drain();
    }
}

package io.hikyaku.call;

/// A port of a service, as callers in every cluster know it.
///
/// @param service `namespace/name`; for one pod of a headless service, `namespace/name/cluster/pod`
/// @param port the exporter's number for it, 1 to 65535
public record ServicePort(String service, int port) {
    @Override
    public String toString() {
        return service + ":" + port;
    }
}

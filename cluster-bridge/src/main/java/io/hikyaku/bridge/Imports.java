package io.hikyaku.bridge;

import io.hikyaku.call.CallContext;
import io.hikyaku.call.Candidates;
import io.hikyaku.call.ImportListener;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.SocketService;
import io.hikyaku.call.Sockets;
import io.hikyaku.call.http.HttpService;
import io.hikyaku.call.tcp.TcpService;
import io.hikyaku.config.HostPort;
import io.hikyaku.config.Import;
import io.hikyaku.config.ImportPort;
import io.hikyaku.config.Protocol;
import io.hikyaku.node.MeshNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// The listeners for local callers, one for each imported port.
final class Imports {
    /// @param address as configured, possibly with port 0
    /// @param declared the protocol of the configuration, if it names one
    private record Imported(ServicePort port, HostPort address, Optional<Protocol> declared, ImportListener listener) {}

    private final List<Imported> imported = new ArrayList<>();
    private volatile Map<ServicePort, Protocol> protocols = Map.of();

    /// Makes the listeners, without a socket yet.
    Imports(Sockets sockets, CallContext context, List<BridgeShard> shards, List<Import> imports) {
        for (Import service : imports) {
            for (ImportPort config : service.ports()) {
                ServicePort port = new ServicePort(service.service().toString(), config.port());
                List<Candidates> candidates = new ArrayList<>();
                shards.forEach(shard -> candidates.add(shard.balancer().candidates(port)));
                Map<Protocol, SocketService> services = Map.of(
                        Protocol.HTTP, new HttpService(sockets, context, candidates, port),
                        Protocol.TCP, new TcpService(sockets, context, candidates, port));
                ImportListener listener = new ImportListener(
                        sockets, context, services, config.protocol().orElse(null), port.toString());
                imported.add(new Imported(port, config.listen(), config.protocol(), listener));
            }
        }
    }

    /// Starts to listen.
    ///
    /// @throws IOException if an address cannot be listened at
    void open() throws IOException, InterruptedException {
        for (Imported port : imported) {
            CompletableFuture<Void> bound = new CompletableFuture<>();
            port.listener().bind(port.address()).addListener(done -> {
                if (done.isSuccess()) {
                    bound.complete(null);
                } else {
                    bound.completeExceptionally(done.cause());
                }
            });
            MeshNode.await(port.port() + " at " + port.address(), bound);
        }
    }

    /// Tells listeners what their oldest exporter speaks, where the configuration does not say. A new exporter's
    /// document
    /// may come before the way to it: connections that wait for the protocol wait for the way too.
    void show(ExporterView view) {
        protocols = view.protocols();
        for (Imported port : imported) {
            Protocol known = view.protocols().get(port.port());
            if (port.declared().isEmpty() && known != null && view.reaches(port.port())) {
                port.listener().setProtocol(known);
            }
        }
    }

    /// For status, once open.
    List<Listening> listening() {
        return imported.stream()
                .map(port -> new Listening(
                        port.port(),
                        port.address().withPort(port.listener().port()),
                        port.listener().openConnections(),
                        port.declared().or(() -> Optional.ofNullable(protocols.get(port.port())))))
                .toList();
    }

    /// A listener as status shows it.
    ///
    /// @param protocol once it is known
    record Listening(ServicePort port, HostPort address, int connections, Optional<Protocol> protocol) {}

    /// Accepts nothing any more, and ends what is open.
    void close() {
        imported.forEach(port -> {
            port.listener().close();
            port.listener().abortConnections();
        });
    }
}

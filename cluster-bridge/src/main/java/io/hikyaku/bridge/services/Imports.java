package io.hikyaku.bridge.services;

import io.hikyaku.balance.Candidates;
import io.hikyaku.bridge.shard.BridgeShard;
import io.hikyaku.bridge.shard.ExporterView;
import io.hikyaku.call.CallContext;
import io.hikyaku.call.ServicePort;
import io.hikyaku.call.listen.HttpService;
import io.hikyaku.call.listen.ImportListener;
import io.hikyaku.call.socket.SocketService;
import io.hikyaku.call.tcp.TcpService;
import io.hikyaku.config.value.HostPort;
import io.hikyaku.net.EventLoops;
import io.hikyaku.node.MeshNode;
import io.hikyaku.service.Import;
import io.hikyaku.service.ImportPort;
import io.hikyaku.service.Protocol;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The listeners for local callers, one for each imported port. They change while the bridge runs; one thread at a time
/// may change them.
public final class Imports {
    /// What tells one socket from another. Where any port will do, several imports may want the same address.
    private record Place(HostPort address, Optional<ServicePort> anyPortFor) {
        static Place of(ServicePort port, HostPort address) {
            return new Place(address, address.port() == 0 ? Optional.of(port) : Optional.empty());
        }
    }

    /// @param config as it is written
    private record Imported(ServicePort port, ImportPort config, ImportListener listener) {
        Optional<Protocol> declared() {
            return config.protocol();
        }

        boolean isFor(ServicePort other, ImportPort otherConfig) {
            return port.equals(other) && config.equals(otherConfig);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(Imports.class);

    private final EventLoops loops;
    private final CallContext context;
    private final List<BridgeShard> shards;
    private final Duration grace;
    private final Set<ImportListener> retired = ConcurrentHashMap.newKeySet();
    private volatile Map<Place, Imported> imported = Map.of();
    private volatile ExporterView view = ExporterView.NOTHING;

    /// @param grace that running calls have when their listener goes away
    public Imports(EventLoops loops, CallContext context, List<BridgeShard> shards, Duration grace) {
        this.loops = loops;
        this.context = context;
        this.shards = List.copyOf(shards);
        this.grace = grace;
    }

    /// Decides what becomes of a listener that cannot be bound.
    interface Unbound {
        /// Leaves it out, or throws: then everything is as it was.
        void leaveOut(ServicePort port, IOException reason) throws IOException;
    }

    /// Replaces the listeners by these. What has not changed is not touched; where an address now offers another
    /// port, the socket stays. Running calls of listeners that are gone get the grace to end.
    ///
    /// @throws IOException as `unbound` does
    void update(List<Import> imports, Unbound unbound) throws IOException, InterruptedException {
        Map<Place, Imported> before = imported;
        Map<Place, Imported> next = new LinkedHashMap<>();
        List<ImportListener> bound = new ArrayList<>();
        boolean done = false;
        try {
            for (Import service : imports) {
                for (ImportPort config : service.ports()) {
                    ServicePort port = new ServicePort(service.name(), config.port());
                    Place place = Place.of(port, config.listen());
                    Imported known = before.get(place);
                    Imported one = known != null && known.isFor(port, config)
                            ? known
                            : new Imported(port, config, listener(port, config));
                    if (known == null) {
                        bound.add(one.listener());
                        try {
                            bind(one);
                        } catch (IOException taken) {
                            unbound.leaveOut(port, taken);
                            continue;
                        }
                    }
                    next.put(place, one);
                }
            }
            done = true;
        } finally {
            if (!done) {
                bound.forEach(ImportListener::close);
            }
        }
        replace(before, next);
        tellProtocols(view);
    }

    private void replace(Map<Place, Imported> before, Map<Place, Imported> next) {
        before.forEach((place, old) -> {
            Imported now = next.get(place);
            if (now == null) {
                old.listener().close();
                retire(old.listener());
            } else if (!now.equals(old)) {
                now.listener().takeOver(old.listener());
                retire(old.listener());
            }
        });
        imported = next;
    }

    /// Lets running calls end within the grace, and then ends them.
    private void retire(ImportListener listener) {
        retired.add(listener);
        listener.drain();
        loops.loop(0)
                .schedule(
                        () -> {
                            listener.abortConnections();
                            retired.remove(listener);
                        },
                        grace.toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    private ImportListener listener(ServicePort port, ImportPort config) throws InterruptedException {
        List<Candidates> candidates = new ArrayList<>();
        for (BridgeShard shard : shards) {
            candidates.add(shard.ask(() -> shard.balancer().candidates(port)));
        }
        Map<Protocol, SocketService> services = Map.of(
                Protocol.HTTP, new HttpService(loops, context, candidates, port, config),
                Protocol.TCP, new TcpService(loops, context, candidates, port, config));
        return new ImportListener(loops, context, services, config.protocol().orElse(null), port.toString());
    }

    private static void bind(Imported one) throws IOException, InterruptedException {
        CompletableFuture<Void> bound = new CompletableFuture<>();
        one.listener().bind(one.config().listen()).addListener(done -> {
            if (done.isSuccess()) {
                bound.complete(null);
            } else {
                bound.completeExceptionally(done.cause());
            }
        });
        MeshNode.await(one.port() + " at " + one.config().listen(), bound);
        LOG.info(
                "{} at {}",
                one.port(),
                one.config().listen().withPort(one.listener().port()));
    }

    /// Tells listeners what their oldest exporter speaks, where the configuration does not say. A new exporter's
    /// document may come before the path to it: connections that wait for the protocol wait for the path too.
    public void show(ExporterView shown) {
        view = shown;
        tellProtocols(shown);
    }

    private void tellProtocols(ExporterView shown) {
        for (Imported one : imported.values()) {
            Protocol known = shown.protocols().get(one.port());
            if (one.declared().isEmpty() && known != null && shown.reaches(one.port())) {
                one.listener().setProtocol(known);
            }
        }
    }

    /// For status, once open.
    public List<Listening> listening() {
        Map<ServicePort, Protocol> protocols = view.protocols();
        return imported.values().stream()
                .map(one -> new Listening(
                        one.port(),
                        one.config().listen().withPort(one.listener().port()),
                        one.listener().openConnections(),
                        one.declared().or(() -> Optional.ofNullable(protocols.get(one.port())))))
                .toList();
    }

    /// A listener as status shows it.
    ///
    /// @param protocol once it is known
    public record Listening(ServicePort port, HostPort address, int connections, Optional<Protocol> protocol) {}

    /// Connections of local callers, including those of listeners that are gone.
    public int openConnections() {
        int open = retired.stream().mapToInt(ImportListener::openConnections).sum();
        return open
                + imported.values().stream()
                        .mapToInt(one -> one.listener().openConnections())
                        .sum();
    }

    /// Accepts no more connections; running calls go on, and connections without one are closed.
    public void drain() {
        imported.values().forEach(one -> {
            one.listener().close();
            one.listener().drain();
        });
    }

    /// Accepts no more connections, and ends those that are open.
    public void close() {
        imported.values().forEach(one -> {
            one.listener().close();
            one.listener().abortConnections();
        });
        retired.forEach(ImportListener::abortConnections);
    }
}

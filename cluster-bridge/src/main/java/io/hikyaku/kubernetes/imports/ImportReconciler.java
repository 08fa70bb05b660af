package io.hikyaku.kubernetes.imports;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.hikyaku.config.value.ServiceName;
import io.hikyaku.kubernetes.imports.DerivedSlices.PodAddress;
import io.hikyaku.kubernetes.listeners.ListenerKey;
import io.hikyaku.kubernetes.listeners.ListenerPorts;
import io.hikyaku.kubernetes.mcs.McsApi;
import io.hikyaku.kubernetes.mcs.ServiceImport;
import io.hikyaku.kubernetes.merge.ClusterExport;
import io.hikyaku.kubernetes.merge.MergedService;
import io.hikyaku.service.Import.Pod;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Brings the objects of one imported service to where they should be: the ServiceImport, its Services and their
/// EndpointSlices. Writes nothing that is as it should be already, and never touches an object that is not ours. One
/// thread at a time for each service.
public final class ImportReconciler {
    private final McsApi api;
    private final ImportCache cache;
    private final ObjectWriter writer;
    private final ListenerPorts ports;
    private final boolean alias;
    private final Clock clock;
    /// Uids of ServiceImports of others that their owners have been told about.
    private final Map<ServiceName, String> warned = new ConcurrentHashMap<>();

    /// @param alias whether there is also a Service of the imported service's own name
    public ImportReconciler(
            McsApi api, ImportCache cache, ObjectWriter writer, ListenerPorts ports, boolean alias, Clock clock) {
        this.api = api;
        this.cache = cache;
        this.writer = writer;
        this.ports = ports;
        this.alias = alias;
        this.clock = clock;
    }

    /// What surrounds the service now.
    ///
    /// @param bridges where pods of this cluster reach them
    /// @param down clusters that no path has led to for a while
    public record Surroundings(List<BridgeEndpoint> bridges, List<String> down) {
        public Surroundings {
            bridges = List.copyOf(bridges);
            down = List.copyOf(down);
        }
    }

    /// Some cluster exports the service.
    public void bring(MergedService merged, Surroundings around) {
        ServiceName name = merged.name();
        ServiceImport now = cache.serviceImport(name);
        if (now != null && !Ownership.isOurs(now)) {
            yieldTo(now, merged);
            return;
        }
        warned.remove(name);
        List<Pod> pods = pods(merged);
        Set<ListenerKey> keys = keys(merged, pods);
        SortedMap<ListenerKey, Integer> listeners = ports.allocate(name, keys);
        ServiceImport object = apply(importObject(merged, listeners, derived(name)), now);
        OwnerReference owner = DerivedServices.owner(
                api.apiVersion(), name, object.getMetadata().getUid());
        Service whole = apply(DerivedServices.whole(merged, owner));
        ImportConditions conditions = new ImportConditions(object, merged, clock.instant());
        if (whole == null) {
            conditions.derivedServiceIsSomebodyElses(DerivedName.of(name));
            report(object, conditions);
            return;
        }
        object = apply(importObject(merged, listeners, whole), object);
        Set<String> kept = new HashSet<>(Set.of(DerivedName.of(name)));
        DerivedSlices slices = new DerivedSlices(merged, listeners, around.bridges(), around.down(), owner);
        List<EndpointSlice> wanted = new ArrayList<>();
        wanted.addAll(merged.traits().headless() ? toPods(slices, merged, pods, owner, kept) : slices.toBridges());
        wanted.addAll(alias(slices, merged, owner, kept));
        putInPlace(name, wanted);
        cache.servicesFor(name).stream()
                .filter(service -> !kept.contains(service.getMetadata().getName()))
                .forEach(writer::delete);
        conditions.listeners(keys.size(), listeners.size());
        report(object, conditions);
    }

    /// Somebody else made a ServiceImport of that name: it stays as it is, and nothing of ours beside it.
    private void yieldTo(ServiceImport other, MergedService merged) {
        remove(merged.name());
        String uid = other.getMetadata().getUid();
        if (!uid.equals(warned.put(merged.name(), uid))) {
            writer.warn(
                    other,
                    "ServiceImportConflict",
                    "This ServiceImport was not made by Hikyaku, so the service that "
                            + String.join(", ", merged.clusterNames()) + " export is not imported.");
        }
    }

    /// The clusters that export it are away, and may come back: it stays, but nobody is led to where nobody is.
    ///
    /// @param down clusters that no path has led to for a while
    public void keep(ServiceName name, List<String> down) {
        for (EndpointSlice slice : cache.slicesFor(name)) {
            if (down.contains(slice.getMetadata().getLabels().getOrDefault(Ownership.SOURCE_CLUSTER, ""))) {
                EndpointSlice unready = DerivedSlices.unready(slice);
                if (!Differences.isSame(unready, slice)) {
                    writer.apply(unready);
                }
            }
        }
    }

    /// No cluster exports it any more: the last to go is the ServiceImport, which the others are found by.
    public void remove(ServiceName name) {
        cache.slicesFor(name).forEach(writer::delete);
        cache.servicesFor(name).forEach(writer::delete);
        ServiceImport now = cache.serviceImport(name);
        if (now != null && Ownership.isOurs(now)) {
            writer.delete(now);
        }
        ports.release(name);
        if (now == null || Ownership.isOurs(now)) {
            warned.remove(name);
        }
    }

    private ImportObject importObject(
            MergedService merged, SortedMap<ListenerKey, Integer> listeners, @Nullable Service derived) {
        return derived == null
                ? new ImportObject(merged, listeners, List.of(), List.of(), Optional.empty())
                : new ImportObject(
                        merged,
                        listeners,
                        derived.getSpec().getClusterIPs().stream()
                                .filter(ip -> !ip.equals("None"))
                                .limit(2)
                                .toList(),
                        derived.getSpec().getIpFamilies(),
                        Optional.of(derived.getMetadata().getName()));
    }

    private @Nullable Service derived(ServiceName name) {
        Service derived = cache.service(name.namespace(), DerivedName.of(name));
        return derived != null && Ownership.isOurs(derived) ? derived : null;
    }

    private ServiceImport apply(ImportObject wanted, @Nullable ServiceImport now) {
        ServiceImport object = wanted.toApply(api);
        return now != null && ImportObject.isSame(object, now) ? now : writer.apply(object);
    }

    /// @return null if there is one of that name which is not ours
    private @Nullable Service apply(Service wanted) {
        Service now = cache.service(
                wanted.getMetadata().getNamespace(), wanted.getMetadata().getName());
        if (now != null && !Ownership.isOurs(now)) {
            return null;
        }
        if (now != null && Differences.isOfAnotherKind(wanted, now)) {
            writer.delete(now);
            return writer.apply(wanted);
        }
        return now != null && Differences.isSame(wanted, now) ? now : writer.apply(wanted);
    }

    private List<EndpointSlice> toPods(
            DerivedSlices slices, MergedService merged, List<Pod> pods, OwnerReference owner, Set<String> kept) {
        List<EndpointSlice> wanted = new ArrayList<>();
        List<PodAddress> addresses = new ArrayList<>();
        for (Pod pod : pods) {
            Service ofPod = apply(DerivedServices.ofPod(merged, pod, owner));
            if (ofPod != null) {
                kept.add(ofPod.getMetadata().getName());
                List<String> ips = ofPod.getSpec().getClusterIPs();
                for (int i = 0; i < ips.size(); i++) {
                    addresses.add(new PodAddress(
                            pod, ips.get(i), ofPod.getSpec().getIpFamilies().get(i)));
                }
                wanted.addAll(slices.ofPod(pod));
            }
        }
        wanted.addAll(slices.toPods(addresses));
        return wanted;
    }

    private List<EndpointSlice> alias(
            DerivedSlices slices, MergedService merged, OwnerReference owner, Set<String> kept) {
        if (!alias || merged.traits().headless()) {
            return List.of();
        }
        Service made = apply(DerivedServices.alias(merged, owner));
        if (made == null) {
            return List.of();
        }
        kept.add(made.getMetadata().getName());
        return slices.ofAlias();
    }

    private void putInPlace(ServiceName name, List<EndpointSlice> wanted) {
        Set<String> names = new HashSet<>();
        List<EndpointSlice> before = cache.slicesFor(name);
        for (EndpointSlice slice : wanted) {
            names.add(slice.getMetadata().getName());
            // By its name, since what has just been written is not found among ours until the watch tells of it.
            EndpointSlice now = cache.slice(
                    slice.getMetadata().getNamespace(), slice.getMetadata().getName());
            boolean free = now == null || Ownership.isOurs(now);
            if (free && !Differences.isSame(slice, now)) {
                writer.apply(slice);
            }
        }
        before.stream()
                .filter(slice -> !names.contains(slice.getMetadata().getName()))
                .forEach(writer::delete);
    }

    private void report(ServiceImport object, ImportConditions conditions) {
        ServiceImport reported = conditions.report(api);
        if (!reported.getStatus().equals(object.getStatus())) {
            writer.applyStatus(reported);
            conditions.warning().ifPresent(warning -> warn(object, warning));
        }
    }

    private void warn(HasMetadata about, ImportConditions.Warning warning) {
        writer.warn(about, warning.reason(), warning.message());
    }

    /// The pods that are called singly: the named ones of a headless service, and a nameless one for a cluster
    /// whose pods have no names, which stands for any of them.
    private static List<Pod> pods(MergedService merged) {
        List<Pod> pods = new ArrayList<>();
        if (merged.traits().headless()) {
            for (ClusterExport export : merged.clusters()) {
                export.traits().pods().forEach(pod -> pods.add(new Pod(export.cluster(), pod)));
                boolean any = export.traits().pods().isEmpty()
                        && merged.ports().stream().anyMatch(export::isReady);
                if (any) {
                    pods.add(new Pod(export.cluster(), ""));
                }
            }
        }
        return pods;
    }

    private static Set<ListenerKey> keys(MergedService merged, List<Pod> pods) {
        Set<ListenerKey> keys = new HashSet<>();
        merged.ports().stream().filter(DerivedServices::isCarried).forEach(port -> {
            if (!merged.traits().headless()) {
                keys.add(ListenerKey.of(port.port()));
            }
            pods.forEach(pod -> keys.add(new ListenerKey(Optional.of(pod), port.port())));
        });
        return keys;
    }
}

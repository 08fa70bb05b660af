package io.hikyaku.kubernetes.imports;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.ServiceSpec;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Whether an object in the cluster is already what it should be: then it is not written. What the API server fills in,
/// and what others add, is no difference.
final class Differences {
    private Differences() {}

    static boolean isSame(Service desired, @Nullable Service now) {
        if (now == null || !holdsMetadata(desired, now)) {
            return false;
        }
        ServiceSpec wanted = desired.getSpec();
        ServiceSpec has = now.getSpec();
        return ports(wanted).equals(ports(has))
                && Objects.equals(wanted.getTrafficDistribution(), has.getTrafficDistribution())
                && (wanted.getIpFamilyPolicy() == null
                        || wanted.getIpFamilyPolicy().equals(has.getIpFamilyPolicy()))
                && wanted.getSessionAffinity().equals(has.getSessionAffinity())
                && (wanted.getSessionAffinityConfig() == null
                        || wanted.getSessionAffinityConfig().equals(has.getSessionAffinityConfig()));
    }

    /// Whether it cannot become the other one by being changed: a Service keeps its address, or its lack of one.
    static boolean isOfAnotherKind(Service desired, Service now) {
        return isHeadless(desired) != isHeadless(now);
    }

    private static boolean isHeadless(Service service) {
        return "None".equals(service.getSpec().getClusterIP());
    }

    private static List<List<String>> ports(ServiceSpec spec) {
        return spec.getPorts().stream().map(Differences::port).toList();
    }

    private static List<String> port(ServicePort port) {
        return List.of(
                Objects.requireNonNullElse(port.getName(), ""),
                port.getProtocol(),
                port.getPort().toString(),
                Objects.requireNonNullElse(port.getAppProtocol(), ""));
    }

    static boolean isSame(EndpointSlice desired, @Nullable EndpointSlice now) {
        return now != null
                && holdsMetadata(desired, now)
                && desired.getPorts().equals(now.getPorts())
                && desired.getEndpoints().equals(now.getEndpoints());
    }

    /// Whether all labels, annotations and owners are there.
    static boolean holdsMetadata(HasMetadata desired, HasMetadata now) {
        return holds(now.getMetadata().getLabels(), desired.getMetadata().getLabels())
                && holds(
                        now.getMetadata().getAnnotations(),
                        desired.getMetadata().getAnnotations())
                && owners(now).containsAll(owners(desired));
    }

    private static boolean holds(@Nullable Map<String, String> has, @Nullable Map<String, String> wanted) {
        return wanted == null
                || wanted.isEmpty()
                || has != null && has.entrySet().containsAll(wanted.entrySet());
    }

    private static List<String> owners(HasMetadata object) {
        List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
        return owners == null
                ? List.of()
                : owners.stream().map(OwnerReference::getUid).toList();
    }
}

package io.hikyaku.wire.registry;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What the Multi-Cluster Services API (KEP-1645) says of an exported service beyond its ports. Hikyaku itself reads
/// only the names of pods; the importing clusters put the rest into their ServiceImport.
///
/// @param headless whether callers choose among the pods themselves: type `Headless`, else `ClusterSetIP`
/// @param affinitySeconds how long a caller stays with a pod (`sessionAffinity: ClientIP`), 1 to 86,400; empty: no
///     affinity
/// @param internalTrafficPolicy `Cluster` or `Local`; empty: not said
/// @param trafficDistribution as in a Service, at most 64 characters; empty: not said
/// @param ipFamilies `IPv4` and `IPv6`, each at most once, in the service's order; empty: not said
/// @param labels that the export asks for, at most 32
/// @param annotations that the export asks for, at most 32; keys and values of both maps together have at most
///     4,096 characters
/// @param pods names of the ready pods of a headless service, which can be called singly; at most 1,000 DNS-1123 labels
public record ServiceTraits(
        boolean headless,
        Optional<Integer> affinitySeconds,
        Optional<String> internalTrafficPolicy,
        Optional<String> trafficDistribution,
        List<String> ipFamilies,
        Map<String, String> labels,
        Map<String, String> annotations,
        List<String> pods) {
    public static final int MAX_AFFINITY_SECONDS = 86_400;
    public static final int MAX_DISTRIBUTION_CHARS = 64;
    public static final int MAX_ENTRIES = 32;
    public static final int MAX_KEY_CHARS = 317;
    /// Keys and values of labels and annotations together.
    public static final int MAX_METADATA_CHARS = 4096;
    public static final int MAX_PODS = 1000;

    /// Of a service about which nothing more is said.
    public static final ServiceTraits NONE = new ServiceTraits(
            false, Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Map.of(), Map.of(), List.of());

    private static final Pattern DISTRIBUTION = Pattern.compile("[A-Za-z0-9._/-]{1," + MAX_DISTRIBUTION_CHARS + "}");

    public ServiceTraits {
        ipFamilies = List.copyOf(ipFamilies);
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        pods = List.copyOf(pods);
        affinitySeconds.ifPresent(
                seconds -> require(seconds >= 1 && seconds <= MAX_AFFINITY_SECONDS, "affinitySeconds")); // §8.2
        internalTrafficPolicy.ifPresent(
                policy -> require(policy.equals("Cluster") || policy.equals("Local"), "internalTrafficPolicy")); // §8.2
        trafficDistribution.ifPresent(
                text -> require(DISTRIBUTION.matcher(text).matches(), "trafficDistribution")); // §8.2
        require(isDistinct(ipFamilies) && List.of("IPv4", "IPv6").containsAll(ipFamilies), "ipFamilies"); // §8.2
        require(labels.size() <= MAX_ENTRIES, "number of labels"); // §8.2
        require(annotations.size() <= MAX_ENTRIES, "number of annotations"); // §8.2
        require(areKeys(labels) && areKeys(annotations), "key of labels or annotations"); // §8.2
        require(chars(labels) + chars(annotations) <= MAX_METADATA_CHARS, "length of labels and annotations"); // §8.2
        require(pods.size() <= MAX_PODS && isDistinct(pods), "pods"); // §8.2
        pods.forEach(pod -> require(NodeDocument.isDnsLabel(pod), "pod")); // §8.2
    }

    /// The same service with these pods ready.
    public ServiceTraits withPods(List<String> ready) {
        return new ServiceTraits(
                headless,
                affinitySeconds,
                internalTrafficPolicy,
                trafficDistribution,
                ipFamilies,
                labels,
                annotations,
                ready);
    }

    private static boolean isDistinct(List<String> values) {
        return new HashSet<>(values).size() == values.size();
    }

    private static boolean areKeys(Map<String, String> entries) {
        return entries.keySet().stream().allMatch(key -> !key.isEmpty() && key.length() <= MAX_KEY_CHARS);
    }

    private static int chars(Map<String, String> entries) {
        return entries.entrySet().stream()
                .mapToInt(entry -> entry.getKey().length() + entry.getValue().length())
                .sum();
    }

    private static void require(boolean holds, String what) {
        NodeDocument.require(holds, what + " of a service");
    }
}

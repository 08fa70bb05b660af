package io.hikyaku.wire.registry;

import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The members of an export's JSON object that hold its [ServiceTraits] (PROTOCOL.md §8.2). What is not said is not
/// there.
final class ServiceTraitsFields {
    private static final String HEADLESS = "headless";
    private static final String AFFINITY = "affinitySeconds";
    private static final String POLICY = "internalTrafficPolicy";
    private static final String DISTRIBUTION = "trafficDistribution";
    private static final String FAMILIES = "ipFamilies";
    private static final String LABELS = "labels";
    private static final String ANNOTATIONS = "annotations";
    private static final String PODS = "pods";

    private ServiceTraitsFields() {}

    static void write(ObjectNode into, ServiceTraits traits) {
        if (traits.headless()) {
            into.put(HEADLESS, true);
        }
        traits.affinitySeconds().ifPresent(seconds -> into.put(AFFINITY, seconds));
        traits.internalTrafficPolicy().ifPresent(policy -> into.put(POLICY, policy));
        traits.trafficDistribution().ifPresent(text -> into.put(DISTRIBUTION, text));
        write(into, FAMILIES, traits.ipFamilies());
        write(into, LABELS, traits.labels());
        write(into, ANNOTATIONS, traits.annotations());
        write(into, PODS, traits.pods());
    }

    private static void write(ObjectNode into, String name, List<String> texts) {
        if (!texts.isEmpty()) {
            ArrayNode array = into.putArray(name);
            texts.forEach(array::add);
        }
    }

    /// In the order of the keys, so that the same traits are always the same bytes.
    private static void write(ObjectNode into, String name, Map<String, String> texts) {
        if (!texts.isEmpty()) {
            ObjectNode object = into.putObject(name);
            texts.keySet().stream().sorted().forEach(key -> object.put(key, texts.get(key)));
        }
    }

    static ServiceTraits read(JsonNode export) {
        return new ServiceTraits(
                export.has(HEADLESS) && NodeDocuments.flag(export, HEADLESS),
                NodeDocuments.optionalSmall(export, AFFINITY),
                NodeDocuments.optionalText(export, POLICY),
                NodeDocuments.optionalText(export, DISTRIBUTION),
                NodeDocuments.list(export, FAMILIES, 2),
                NodeDocuments.texts(export, LABELS),
                NodeDocuments.texts(export, ANNOTATIONS),
                NodeDocuments.list(export, PODS, ServiceTraits.MAX_PODS));
    }
}

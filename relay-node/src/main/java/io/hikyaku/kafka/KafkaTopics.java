package io.hikyaku.kafka;

import java.util.Optional;
import java.util.regex.Pattern;

/// The names of a mesh's topics: `hikyaku.MESH.in.CLUSTER`, the inbox, and `hikyaku.MESH.reg.CLUSTER`, the
/// registry. Both parts are DNS-1123 labels, which have no `.` and no `_`: no mesh can be a prefix of another's
/// topics, no two names share a metric, and none is longer than 139 of Kafka's 249 characters.
///
/// @param mesh a DNS-1123 label
public record KafkaTopics(String mesh) {
    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    /// @throws IllegalArgumentException if the mesh is not a label
    public KafkaTopics {
        checkLabel(mesh);
    }

    /// Where the packets for a cluster's bridges go.
    public String inbox(String cluster) {
        return "hikyaku." + mesh + ".in." + checkLabel(cluster);
    }

    /// Where a cluster's bridges keep their registry documents.
    public String registry(String cluster) {
        return registryPrefix() + checkLabel(cluster);
    }

    /// What all registry topics of the mesh begin with.
    String registryPrefix() {
        return "hikyaku." + mesh + ".reg.";
    }

    /// The cluster whose registry the topic is, or empty if it is another topic.
    public Optional<String> clusterOfRegistry(String topic) {
        String prefix = registryPrefix();
        if (!topic.startsWith(prefix)) {
            return Optional.empty();
        }
        String cluster = topic.substring(prefix.length());
        return LABEL.matcher(cluster).matches() ? Optional.of(cluster) : Optional.empty();
    }

    /// Gives a valid label back.
    ///
    /// @throws IllegalArgumentException if it is not one
    public static String checkLabel(String label) {
        if (!LABEL.matcher(label).matches()) {
            throw new IllegalArgumentException("'" + label
                    + "' is not a name: lower-case letters, digits and '-' within," + " 63 characters at most");
        }
        return label;
    }
}

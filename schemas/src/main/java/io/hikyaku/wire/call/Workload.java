package io.hikyaku.wire.call;

/// What makes a call within a cluster, as the calling bridge vouches for it (PROTOCOL.md §7.1). Which cluster that is
/// the channel alone says, so no bridge can speak for another cluster's workloads.
///
/// @param namespace a DNS-1123 label, at most 63 bytes
/// @param serviceAccount a DNS-1123 subdomain, at most 253 bytes; empty: not known
/// @param pod a DNS-1123 subdomain, at most 253 bytes; empty: not known
public record Workload(String namespace, String serviceAccount, String pod) {
    public static final int MAX_NAMESPACE_BYTES = 63;
    public static final int MAX_NAME_BYTES = 253;

    public Workload {
        if (!DnsName.isLabel(namespace) || !isNameOrEmpty(serviceAccount) || !isNameOrEmpty(pod)) { // §7.1
            throw new IllegalArgumentException("Workload " + namespace + ", " + serviceAccount + ", " + pod);
        }
    }

    /// Whether it may be the name of a service account or a pod, or says that there is none.
    static boolean isNameOrEmpty(String text) {
        return text.isEmpty() || text.length() <= MAX_NAME_BYTES && DnsName.isSubdomain(text);
    }
}

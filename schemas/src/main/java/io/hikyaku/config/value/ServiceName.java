package io.hikyaku.config.value;

/// A service as callers know it in every cluster: `namespace/name`, both DNS-1123 labels.
public record ServiceName(String namespace, String name) implements Comparable<ServiceName> {

    public ServiceName {
        DnsLabel.check(namespace);
        DnsLabel.check(name);
    }

    /// Reads `namespace/name`; IllegalArgumentException says what is wrong.
    public static ServiceName parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("'" + text + "' lacks its namespace: namespace/name");
        }
        return new ServiceName(text.substring(0, slash), text.substring(slash + 1));
    }

    /// The name of one of its pods, which is called for itself (PROTOCOL.md §7.1): `namespace/name/cluster/pod`.
    public String pod(String cluster, String pod) {
        return pod(toString(), cluster, pod);
    }

    /// The same of a service that was named before.
    public static String pod(String service, String cluster, String pod) {
        return service + "/" + cluster + "/" + pod;
    }

    @Override
    public int compareTo(ServiceName other) {
        int byNamespace = namespace.compareTo(other.namespace);
        return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}

package io.hikyaku.config.value;

import java.util.regex.Pattern;

/// The names of meshes, clusters, relays, namespaces and services: DNS-1123 labels, 63 characters at most, so that each
/// fits into a host name, a certificate's URI and a Kafka topic as it is.
public final class DnsLabel {

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    private DnsLabel() {}

    /// Gives the name back when it is a label, else throws IllegalArgumentException.
    public static String check(String name) {
        if (!LABEL.matcher(name).matches()) {
            throw new IllegalArgumentException("'" + name
                    + "' is not a name: lower-case letters, digits and '-' within," + " 63 characters at most");
        }
        return name;
    }
}

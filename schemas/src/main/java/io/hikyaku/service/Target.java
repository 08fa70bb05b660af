package io.hikyaku.service;

import io.hikyaku.config.value.HostPort;

/// Where an exported port's calls are replayed to, and what is spoken there.
///
/// @param address of the target; its port is not 0
public record Target(Scheme scheme, HostPort address) {

    private static final String SCHEME_END = "://";
    private static final String FORMS = "accepted are host:port, h2c://host:port and https://host:port";

    /// What a target speaks.
    public enum Scheme {
        /// In the clear: TCP, or HTTP/1.1, and HTTP/2 for gRPC.
        PLAIN("", 80),
        /// HTTP/2 in the clear with prior knowledge (RFC 9113 §3.3), whatever the call.
        H2C("h2c://", 80),
        /// TLS, and in it HTTP/2 or HTTP/1.1, as the target chooses.
        HTTPS("https://", 443);

        private final String prefix;
        private final int defaultPort;

        Scheme(String prefix, int defaultPort) {
            this.prefix = prefix;
            this.defaultPort = defaultPort;
        }
    }

    public Target {
        address.dialled();
        if (address.isLiteral() && TargetAddresses.isProhibited(address.literal())) {
            throw new IllegalArgumentException(
                    address.host() + " is no address for a target: link-local, multicast and unspecified ones are not");
        }
    }

    /// A target that is spoken to in the clear.
    public Target(HostPort address) {
        this(Scheme.PLAIN, address);
    }

    /// Reads any of the forms; IllegalArgumentException says what is wrong.
    public static Target parse(String text) {
        int end = text.indexOf(SCHEME_END);
        String prefix = end < 0 ? "" : text.substring(0, end + SCHEME_END.length());
        for (Scheme scheme : Scheme.values()) {
            if (scheme.prefix.equals(prefix)) {
                return new Target(scheme, HostPort.parse(text.substring(prefix.length())));
            }
        }
        throw new IllegalArgumentException("targets with " + prefix + " are not supported; " + FORMS);
    }

    /// How a call that means this target names it, in `Host` or `:authority`.
    public String authority() {
        String written = address.toString();
        String port = ":" + scheme.defaultPort;
        return address.port() == scheme.defaultPort ? written.substring(0, written.length() - port.length()) : written;
    }

    @Override
    public String toString() {
        return scheme.prefix + address;
    }
}

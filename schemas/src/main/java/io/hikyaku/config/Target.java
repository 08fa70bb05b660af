package io.hikyaku.config;

/// Where an exported port's calls are replayed to: so far `host:port`, spoken to in the clear.
///
/// A record of its own, because the protocols to come bring schemes (`h2c://`, `https://`), which belong here.
public record Target(HostPort address) {

    public Target {
        address.dialled();
    }

    /// Reads `host:port`; IllegalArgumentException says what is wrong.
    public static Target parse(String text) {
        if (text.contains("://")) {
            String scheme = text.substring(0, text.indexOf("://") + 3);
            throw new IllegalArgumentException(
                    "targets with " + scheme + " are not supported; accepted are host:port and" + " [IPv6]:port");
        }
        return new Target(HostPort.parse(text));
    }

    @Override
    public String toString() {
        return address.toString();
    }
}

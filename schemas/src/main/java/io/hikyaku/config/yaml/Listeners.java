package io.hikyaku.config.yaml;

import io.hikyaku.config.value.HostPort;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The addresses that a document listens on, so that no two want the same one.
public final class Listeners {

    private record Bound(String path, HostPort address) {}

    /// By port, since only those can clash, and there may be thousands.
    private final Map<Integer, List<Bound>> bound = new HashMap<>();

    /// Notes the address, or refuses the setting because an earlier one has it already.
    HostPort add(Setting setting, HostPort address) {
        List<Bound> samePort = bound.computeIfAbsent(address.port(), port -> new ArrayList<>());
        for (Bound other : samePort) {
            if (clash(address, other.address)) {
                throw setting.refuse(address + " is taken already by " + other.path
                        + (address.equals(other.address) ? "" : " (" + other.address + ")"));
            }
        }
        if (address.port() != 0) {
            samePort.add(new Bound(setting.path(), address));
        }
        return address;
    }

    /// Whether the system would refuse to bind the second of two addresses. `::` takes IPv4 too, as systems have it
    /// by default; a wildcard takes every name, because names are not looked up here.
    static boolean clash(HostPort a, HostPort b) {
        boolean samePort = a.port() == b.port() && a.port() != 0;
        return samePort && (covers(a, b) || covers(b, a) || overlap(a, b));
    }

    /// Whether connections to the address arrive at the listener, as far as can be told without looking up a name.
    public static boolean reaches(HostPort address, HostPort listener) {
        boolean samePort = address.port() == listener.port();
        return samePort && (overlap(address, listener) || listener.isWildcard() && isLocal(address));
    }

    private static boolean isLocal(HostPort address) {
        return isLocalhost(address) || address.isLiteral() && address.literal().isLoopbackAddress();
    }

    private static boolean covers(HostPort wildcard, HostPort other) {
        return wildcard.isWildcard() && (isIpv6(wildcard) || other.isWildcard() || !isIpv6(other));
    }

    // Not as it is written: ::ffff:127.0.0.1 is an IPv4 address.
    private static boolean isIpv6(HostPort address) {
        return address.isLiteral() && address.literal() instanceof Inet6Address;
    }

    private static boolean overlap(HostPort a, HostPort b) {
        if (a.host().equalsIgnoreCase(b.host())) {
            return true;
        }
        return a.isLiteral() && b.isLiteral()
                ? sameZone(a, b) && a.literal().equals(b.literal())
                : isLocalhost(a) && isLoopback(b) || isLocalhost(b) && isLoopback(a);
    }

    // fe80::1 exists once on each interface.
    private static boolean sameZone(HostPort a, HostPort b) {
        return zone(a).equals(zone(b));
    }

    private static String zone(HostPort address) {
        int percent = address.host().indexOf('%');
        return percent < 0 ? "" : address.host().substring(percent);
    }

    private static boolean isLocalhost(HostPort address) {
        return address.host().equalsIgnoreCase("localhost");
    }

    private static boolean isLoopback(HostPort address) {
        return address.isLiteral() && isFirstLoopback(address.literal());
    }

    // 127.0.0.2 is a loopback address as well, but not what localhost means.
    private static boolean isFirstLoopback(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address.isLoopbackAddress() && bytes[bytes.length - 1] == 1;
    }
}

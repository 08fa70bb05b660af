package io.hikyaku.service;

import io.hikyaku.config.value.HostPort;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Locale;

/// Which addresses a target may have. What a configuration or a DNS server says must not let a bridge be used to get at
/// what only its own machine may reach: link-local services (where clouds keep the keys of machines) and loopback.
public final class TargetAddresses {
    private static final byte[] CLOUD_METADATA =
            InetAddress.ofLiteral("fd00:ec2::254").getAddress();
    private static final byte[] NAT64 =
            Arrays.copyOf(InetAddress.ofLiteral("64:ff9b::").getAddress(), 12);

    private TargetAddresses() {}

    /// Whether no target may have it, written or resolved.
    public static boolean isProhibited(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address.isLinkLocalAddress()
                || address.isAnyLocalAddress()
                || address.isMulticastAddress()
                || bytes[0] == (byte) 255
                || Arrays.equals(bytes, CLOUD_METADATA)
                || address instanceof Inet6Address && holdsProhibited(bytes);
    }

    /// Whether a target of this host may be called at the address: loopback only where it is written, or
    /// `localhost` is.
    public static boolean isAllowed(HostPort target, InetAddress address) {
        boolean mayLoop = target.isLiteral() || isLocalhost(target.host());
        return !isProhibited(address) && (mayLoop || !address.isLoopbackAddress());
    }

    private static boolean isLocalhost(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.endsWith(".localhost"); // RFC 6761 §6.3
    }

    /// An IPv4 address behind NAT64 (RFC 6052).
    private static boolean holdsProhibited(byte[] bytes) {
        return Arrays.equals(bytes, 0, NAT64.length, NAT64, 0, NAT64.length)
                && isProhibited(inet4(Arrays.copyOfRange(bytes, NAT64.length, bytes.length)));
    }

    private static InetAddress inet4(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("Four bytes are an address", e);
        }
    }
}

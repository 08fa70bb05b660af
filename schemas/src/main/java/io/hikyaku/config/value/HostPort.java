package io.hikyaku.config.value;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.regex.Pattern;

/// An address to dial or to listen on: a DNS name, an IPv4 or an IPv6 address, and a port.
///
/// @param host without brackets; an IPv6 address may carry a zone (`fe80::1%eth0`)
/// @param port 0 to 65535; 0 means "any free one" and makes sense only for listening
public record HostPort(String host, int port) {

    private static final int MAX_PORT = 65_535;
    private static final Pattern DNS_NAME =
            Pattern.compile("(?=.{1,253}$)[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?"
                    + "(\\.[A-Za-z0-9_]([-A-Za-z0-9_]{0,61}[A-Za-z0-9_])?)*\\.?");
    private static final Pattern NUMERIC_END = Pattern.compile("(.*\\.)?[0-9]+\\.?");
    private static final Pattern IPV4 =
            Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\\.(?!$)|$)){4}");
    private static final Pattern IPV6_LETTERS =
            Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"); // the JDK takes brackets too
    private static final Pattern ZONE = Pattern.compile("%[A-Za-z0-9._~-]+$");

    public HostPort {
        if (port < 0 || port > MAX_PORT) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and " + MAX_PORT);
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the host is missing; to listen everywhere write 0.0.0.0 or [::]");
        }
        if (!isIpv6(host) && !isIpv4(host) && !isDnsName(host)) {
            throw new IllegalArgumentException("'" + host + "' is neither a host name nor an IP address");
        }
    }

    /// Reads `host:port` or `[IPv6]:port`; IllegalArgumentException says what is wrong.
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || text.endsWith("]")) {
            throw new IllegalArgumentException("'" + text + "' lacks a port: host:port or [IPv6]:port");
        }
        return new HostPort(unbracket(text.substring(0, colon), text), parsePort(text.substring(colon + 1)));
    }

    /// Like [#parse], for an address that this node dials: its port is not 0.
    public static HostPort parseDialled(String text) {
        return parse(text).dialled();
    }

    /// This address, or IllegalArgumentException when nobody can dial it.
    public HostPort dialled() {
        if (port == 0) {
            throw new IllegalArgumentException("a port to dial is between 1 and " + MAX_PORT);
        }
        return this;
    }

    /// Like [#parse], with the port that holds when none is written.
    public static HostPort parse(String text, int defaultPort) {
        boolean hasPort = text.startsWith("[") ? !text.endsWith("]") : text.indexOf(':') >= 0;
        return hasPort ? parse(text) : new HostPort(unbracket(text, text), defaultPort);
    }

    private static String unbracket(String host, String text) {
        if (host.startsWith("[") && host.endsWith("]")) {
            String inner = host.substring(1, host.length() - 1);
            if (isIpv6(inner)) {
                return inner;
            }
            throw new IllegalArgumentException("'" + inner + "' is not an IPv6 address");
        }
        if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "'" + text + "' is ambiguous: write IPv6 addresses in brackets, [IPv6]:port");
        }
        return host;
    }

    private static int parsePort(String digits) {
        if (!digits.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("'" + digits + "' is not a port number");
        }
        return Integer.parseInt(digits);
    }

    /// Whether the host is written as an IPv6 address.
    public boolean isIpv6() {
        return isIpv6(host);
    }

    /// Whether the host means "every address of this machine".
    public boolean isWildcard() {
        return isLiteral() && literal().isAnyLocalAddress();
    }

    /// Whether the host is an IP address, so that no DNS is asked.
    public boolean isLiteral() {
        return isIpv6(host) || isIpv4(host);
    }

    /// The IP address itself, never through DNS; only when [#isLiteral].
    public InetAddress literal() {
        return InetAddress.ofLiteral(withoutZone(host));
    }

    /// The same host with another port: what an ephemeral listener was given.
    public HostPort withPort(int other) {
        return new HostPort(host, other);
    }

    private static boolean isIpv4(String host) {
        return IPV4.matcher(host).matches();
    }

    private static boolean isIpv6(String host) {
        String address = withoutZone(host);
        if (!IPV6_LETTERS.matcher(address).matches()) {
            return false;
        }
        try {
            Inet6Address.ofLiteral(address);
            return true;
        } catch (IllegalArgumentException notAnAddress) {
            return false;
        }
    }

    // A zone names an interface of this machine, and the JDK would ask whether there is one: not while reading a file.
    private static String withoutZone(String host) {
        return ZONE.matcher(host).replaceFirst("");
    }

    private static boolean isDnsName(String host) {
        return DNS_NAME.matcher(host).matches() && !NUMERIC_END.matcher(host).matches();
    }

    @Override
    public String toString() {
        return (isIpv6() ? "[" + host + "]" : host) + ":" + port;
    }
}

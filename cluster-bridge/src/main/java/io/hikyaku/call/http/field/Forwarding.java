package io.hikyaku.call.http.field;

import io.hikyaku.service.Forwarded;
import io.hikyaku.service.Trace;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// What an imported port believes of its callers about where requests come from and which trace they belong to, and
/// what it tells services itself (RFC 7239): the same for all its connections.
public final class Forwarding {
    private static final int OBFUSCATED_BYTES = 8;
    private static final byte[] SALT = new SecureRandom().generateSeed(16);

    private final String cluster;
    private final Forwarded forwarded;
    private final boolean trusted;
    private final boolean endsTraces;
    private final Via via;

    /// @param cluster this cluster
    /// @param forwarded how services are told about callers
    /// @param trusted whether what callers say is passed on, with ours behind it
    /// @param trace whether callers' traces go on
    public Forwarding(String cluster, Forwarded forwarded, boolean trusted, Trace trace) {
        this.cluster = cluster;
        this.forwarded = forwarded;
        this.trusted = trusted;
        this.endsTraces = trace == Trace.RESTART;
        this.via = Via.of(cluster);
    }

    /// Where the requests of one connection come from.
    ///
    /// @param caller null: not known any more
    public Provenance from(@Nullable SocketAddress caller) {
        InetAddress address = caller instanceof InetSocketAddress inet ? inet.getAddress() : null;
        return new Provenance(this, address);
    }

    String cluster() {
        return cluster;
    }

    boolean trusts() {
        return trusted;
    }

    /// Whether callers' traces end here.
    boolean endsTraces() {
        return endsTraces;
    }

    Via via() {
        return via;
    }

    /// The address for `X-Forwarded-For`, null if services are not to know it.
    @Nullable
    AsciiString address(@Nullable InetAddress caller) {
        return caller != null && forwarded == Forwarded.ADDRESS ? AsciiString.of(text(caller)) : null;
    }

    /// All of a `Forwarded` element but the host at its end; null if there is to be none.
    @Nullable
    String element(@Nullable InetAddress caller) {
        String node = switch (forwarded) {
            case NONE -> null;
            case OBFUSCATED -> caller == null ? "unknown" : "_" + obfuscated(caller);
            case ADDRESS -> caller == null ? "unknown" : node(caller);
        };
        return node == null ? null : "for=" + node + ";by=_" + cluster + ";proto=http";
    }

    private static String node(InetAddress caller) {
        String text = text(caller);
        return text.indexOf(':') < 0 ? text : "\"[" + text + "]\"";
    }

    private static String text(InetAddress caller) {
        String text = caller.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    /// The same for all calls from an address as long as this process lives, and nothing that leads back to the
    /// address.
    private static String obfuscated(InetAddress caller) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(SALT);
            return HexFormat.of().formatHex(digest.digest(caller.getAddress()), 0, OBFUSCATED_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}

package io.hikyaku.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// How many connections each source has open. In IPv6 a /64 is one source, since a host that has one of its addresses
/// has all. Thread-safe; holds nothing of sources without a connection.
public final class SourceCounts {
    private static final int PREFIX_BYTES = 8;

    private final int max;
    private final Map<Object, Integer> open = new ConcurrentHashMap<>();

    /// @param max of one source
    public SourceCounts(int max) {
        this.max = max;
    }

    /// Counts a connection; [#leave] must follow, whatever the answer.
    ///
    /// @return whether the source has as many as it may, or fewer
    public boolean enter(@Nullable SocketAddress from) {
        return open.merge(sourceOf(from), 1, Integer::sum) <= max;
    }

    public void leave(@Nullable SocketAddress from) {
        open.computeIfPresent(sourceOf(from), (source, count) -> count == 1 ? null : count - 1);
    }

    /// Sources that have one open.
    int sources() {
        return open.size();
    }

    /// What counts as one source: equal for equal ones.
    public static Object sourceOf(@Nullable SocketAddress from) {
        InetAddress address = from instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (address instanceof Inet6Address) {
            return HexFormat.of().formatHex(Arrays.copyOf(address.getAddress(), PREFIX_BYTES));
        }
        return address == null ? "" : address;
    }
}

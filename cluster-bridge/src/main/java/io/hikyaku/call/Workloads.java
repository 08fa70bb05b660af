package io.hikyaku.call;

import io.hikyaku.wire.call.Workload;
import java.net.InetAddress;
import java.util.Optional;

/// Which workload of this cluster an address belongs to now. Thread-safe; event loops ask, so it answers at once from
/// what it knows.
@FunctionalInterface
public interface Workloads {
    /// Nothing is known of any address.
    Workloads UNKNOWN = address -> Optional.empty();

    /// @return empty if the address is no single workload's, as that of a node or of something outside
    Optional<Workload> at(InetAddress address);
}

package io.hikyaku.kubernetes.imports;

import java.util.Optional;

/// Where pods of this cluster reach one of its bridges.
///
/// @param family `IPv4` or `IPv6`
/// @param node that its pod runs on
/// @param zone of the node, for traffic distribution
public record BridgeEndpoint(
        String address,
        String family,
        boolean ready,
        boolean serving,
        boolean terminating,
        Optional<String> node,
        Optional<String> zone) {}

package io.hikyaku.kubernetes.control;

/// How the bridge's Kubernetes side fares, for status.
///
/// @param watching whether the API server tells of changes now
/// @param leads whether this bridge is the one that writes
/// @param exports ServiceExports that are exported
/// @param imports ServiceImports that this bridge listens for
/// @param waiting services that have yet to be looked at
/// @param failing services whose last attempt failed
/// @param writes requests that change something, since the start
public record KubernetesState(
        boolean watching, boolean leads, int exports, int imports, int waiting, int failing, long writes) {}

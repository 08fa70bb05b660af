package io.hikyaku.kubernetes.listeners;

import io.hikyaku.service.Import.Pod;
import java.util.Optional;

/// What a bridge listens for: a port of an imported service, or of one of its pods.
///
/// @param port as callers know it
public record ListenerKey(Optional<Pod> pod, int port) implements Comparable<ListenerKey> {
    public static ListenerKey of(int port) {
        return new ListenerKey(Optional.empty(), port);
    }

    private static final int MAX_PORT = 65_535;

    /// Reads `port` or `cluster/pod:port`; IllegalArgumentException if it is neither.
    public static ListenerKey parse(String text) {
        int colon = text.lastIndexOf(':');
        int port = port(text.substring(colon + 1));
        if (colon < 0) {
            return of(port);
        }
        int slash = text.indexOf('/');
        if (slash < 1 || slash > colon) {
            throw new IllegalArgumentException("'" + text + "' is not cluster/pod:port");
        }
        return new ListenerKey(Optional.of(new Pod(text.substring(0, slash), text.substring(slash + 1, colon))), port);
    }

    /// Reads the number of a port; IllegalArgumentException if it is none.
    static int port(String text) {
        int port = Integer.parseInt(text);
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException(text + " is no port");
        }
        return port;
    }

    @Override
    public int compareTo(ListenerKey other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return pod.map(one -> one.cluster() + "/" + one.name() + ":").orElse("") + port;
    }
}

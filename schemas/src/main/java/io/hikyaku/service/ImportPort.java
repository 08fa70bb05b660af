package io.hikyaku.service;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.Rules;
import java.time.Duration;
import java.util.Optional;

/// A port of an imported service and where this bridge offers it.
///
/// @param port the exporter's
/// @param listen local address; port 0 takes any free one
/// @param protocol what callers speak; empty: what the oldest exporter says
/// @param timeout for a whole HTTP call, from its request's head to the last byte of its response; empty: none
/// @param forwarded how services are told about callers
/// @param trustForwarded whether what callers say about where requests come from is passed on
/// @param trace whether the traces of callers go on
/// @param affinity which calls stay together
public record ImportPort(
        int port,
        HostPort listen,
        Optional<Protocol> protocol,
        Optional<Duration> timeout,
        Forwarded forwarded,
        boolean trustForwarded,
        Trace trace,
        Affinity affinity) {

    public ImportPort {
        if (timeout.isPresent()) {
            new Rules().positive("timeout", timeout.get()).enforce();
        }
    }

    /// A port whose calls may go to any target.
    public ImportPort(
            int port,
            HostPort listen,
            Optional<Protocol> protocol,
            Optional<Duration> timeout,
            Forwarded forwarded,
            boolean trustForwarded,
            Trace trace) {
        this(port, listen, protocol, timeout, forwarded, trustForwarded, trace, Affinity.NONE);
    }
}

package io.hikyaku.service;

import java.util.Locale;

/// How services are told about HTTP callers, in `Forwarded` (RFC 7239 §6).
public enum Forwarded {
    /// Not at all.
    NONE,
    /// By a made-up name, which changes when the bridge is started again.
    OBFUSCATED,
    /// By their IP address, in `X-Forwarded-For` too.
    ADDRESS;

    /// As written in files.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}

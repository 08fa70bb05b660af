package io.hikyaku.service;

import java.util.Locale;

/// What callers speak on a port, and so what is balanced: HTTP by the request, TCP by the connection.
public enum Protocol {
    HTTP,
    TCP;

    /// As written in files and registry documents.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}

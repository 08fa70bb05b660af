package io.hikyaku.service;

import io.hikyaku.config.value.Rules;
import java.nio.file.Path;
import java.util.Optional;

/// How to speak to the `https://` targets of a port.
///
/// @param trust PEM file with the certificates of the authorities that are believed; empty: the JDK's
/// @param serverName that the target's certificate must hold, and that is sent to the target (SNI); empty: the target's
///     host
/// @param certificate PEM file with the bridge's own certificate for the target and its chain
/// @param key PEM file with its private key, not encrypted; both or neither
public record TargetTls(
        Optional<Path> trust, Optional<String> serverName, Optional<Path> certificate, Optional<Path> key) {

    public static final TargetTls DEFAULTS =
            new TargetTls(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public TargetTls {
        new Rules()
                .require(certificate.isPresent() || key.isEmpty(), "of use only with certificate", "key")
                .require(key.isPresent() || certificate.isEmpty(), "of use only with key", "certificate")
                .enforce();
    }
}

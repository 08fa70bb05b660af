package io.hikyaku.config.service;

import io.hikyaku.config.value.HostPort;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
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

    public static TargetTls read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new TargetTls(
                section.optional("trust", Setting::file),
                section.optional("serverName", value -> value.parsed(TargetTls::checkName)),
                section.optional("certificate", Setting::file),
                section.optional("key", Setting::file)));
    }

    private static String checkName(String text) {
        if (new HostPort(text, 0).isLiteral()) {
            throw new IllegalArgumentException("'" + text + "' is an address, not a name");
        }
        return text;
    }
}

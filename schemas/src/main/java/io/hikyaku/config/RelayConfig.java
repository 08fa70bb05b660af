package io.hikyaku.config;

import io.hikyaku.config.limits.RelayLimits;
import io.hikyaku.config.value.LinkUrl;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Reading;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import io.hikyaku.config.yaml.Setting.Identity;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The configuration of a relay, as its file has it. The relay's name is in its certificate.
///
/// @param mesh a DNS-1123 label
/// @param listen where links are accepted; one at least
/// @param peers other relays that this one dials
/// @param transit clusters that may carry others' packets and announce routes, as relays do
/// @param admin empty: no admin server
/// @param eventLoops threads that carry packets, 1 to 256
public record RelayConfig(
        String mesh,
        IdentityConfig identity,
        List<LinkUrl> listen,
        List<LinkUrl> peers,
        List<String> transit,
        Optional<AdminConfig> admin,
        LogConfig log,
        int eventLoops,
        RelayLimits limits) {

    public RelayConfig {
        listen = List.copyOf(listen);
        peers = List.copyOf(peers);
        transit = List.copyOf(transit);
        new Rules()
                .require(!listen.isEmpty(), "a relay listens somewhere", "listen")
                .range("eventLoops", eventLoops, 1, EventLoopCount.MAX)
                .enforce();
    }

    /// Reads a file, or throws [ConfigException] with everything that is wrong in it.
    public static RelayConfig read(Path file) {
        return Reading.file(file, RelayConfig::read);
    }

    static RelayConfig read(Setting setting) {
        Section section = setting.section();
        var mesh = section.required("mesh", Setting::name);
        var identity = section.required("identity", IdentityConfig::read);
        var listen = section.required("listen", value -> value.someOf(Setting::listenUrl));
        var peers = section.optional(
                "peers",
                value -> value.list(
                        item -> item.parsed(LinkUrl::parseDialled),
                        new Identity<>("the same relay as", Function.identity())),
                List.<LinkUrl>of());
        var transit = section.optional(
                "transit",
                value -> value.list(Setting::name, new Identity<>("the same cluster as", Function.identity())),
                List.<String>of());
        var admin = section.optional("admin", AdminConfig::read);
        var log = section.optional("log", LogConfig::read, LogConfig.DEFAULTS);
        var eventLoops = section.optional("eventLoops", EventLoopCount::read, EventLoopCount.available());
        var limits = section.optional("limits", RelayLimits::read, RelayLimits.DEFAULTS);
        return section.build(() -> new RelayConfig(
                mesh.get(), identity.get(), listen.get(), peers, transit, admin, log, eventLoops, limits));
    }
}

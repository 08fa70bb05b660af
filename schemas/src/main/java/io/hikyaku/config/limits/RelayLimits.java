package io.hikyaku.config.limits;

import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import java.time.Duration;

/// The limits of a relay, which knows neither channels nor calls.
///
/// @param drainTimeout at SIGTERM, the time in which what waits for links may be sent
public record RelayLimits(LinkLimits link, RouteLimits route, RegistryLimits registry, Duration drainTimeout) {

    public static final RelayLimits DEFAULTS =
            new RelayLimits(LinkLimits.DEFAULTS, RouteLimits.DEFAULTS, RegistryLimits.DEFAULTS, Duration.ofSeconds(10));

    public RelayLimits {
        LimitRules.ofNode(new Rules(), route)
                .positive("drainTimeout", drainTimeout)
                .enforce();
    }

    public static RelayLimits read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new RelayLimits(
                section.optional("link", LinkLimits::read, DEFAULTS.link),
                section.optional("route", RouteLimits::read, DEFAULTS.route),
                section.optional("registry", RegistryLimits::read, DEFAULTS.registry),
                section.duration("drainTimeout", DEFAULTS.drainTimeout)));
    }
}

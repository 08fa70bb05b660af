package io.hikyaku.config.limits;

import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import java.time.Duration;

/// The limits of a bridge: one record for each layer, and what concerns the whole process.
///
/// @param budget bytes of calls buffered in the process, in all channels and streams together
/// @param drainTimeout at SIGTERM, the time in which running calls may end
public record BridgeLimits(
        LinkLimits link,
        RouteLimits route,
        ChannelLimits channel,
        StreamLimits stream,
        CallLimits call,
        RegistryLimits registry,
        DataSize budget,
        Duration drainTimeout) {

    public static final BridgeLimits DEFAULTS = new BridgeLimits(
            LinkLimits.DEFAULTS,
            RouteLimits.DEFAULTS,
            ChannelLimits.DEFAULTS,
            StreamLimits.DEFAULTS,
            CallLimits.DEFAULTS,
            RegistryLimits.DEFAULTS,
            DataSize.ofMiB(128),
            Duration.ofSeconds(10));

    public BridgeLimits {
        LimitRules.ofBridge(new Rules(), link, route, channel, stream, call, budget)
                .positive("drainTimeout", drainTimeout)
                .enforce();
    }

    public static BridgeLimits read(Setting setting) {
        Section section = setting.section();
        DataSize budget = section.size("budget", DEFAULTS.budget);
        ChannelLimits channel = ChannelLimits.defaults(budget);
        return section.build(() -> new BridgeLimits(
                section.optional("link", LinkLimits::read, DEFAULTS.link),
                section.optional("route", RouteLimits::read, DEFAULTS.route),
                section.optional("channel", given -> ChannelLimits.read(given, channel), channel),
                section.optional("stream", StreamLimits::read, DEFAULTS.stream),
                section.optional("call", CallLimits::read, DEFAULTS.call),
                section.optional("registry", RegistryLimits::read, DEFAULTS.registry),
                budget,
                section.duration("drainTimeout", DEFAULTS.drainTimeout)));
    }
}

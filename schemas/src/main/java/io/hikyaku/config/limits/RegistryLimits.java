package io.hikyaku.config.limits;

import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import java.time.Duration;

/// Times and bounds of the registry.
///
/// @param refresh how often a node says over Kafka that it is alive
/// @param expiry a node that gave no sign of life for this long is lost
/// @param budget bytes of others' documents kept; a node beyond it is not learnt
public record RegistryLimits(Duration refresh, Duration expiry, DataSize budget) {

    private static final DataSize MIN_BUDGET = DataSize.ofMiB(1);
    private static final DataSize MAX_BUDGET = DataSize.ofMiB(1024);

    public static final RegistryLimits DEFAULTS =
            new RegistryLimits(Duration.ofSeconds(10), Duration.ofSeconds(30), DataSize.ofMiB(64));

    public RegistryLimits {
        new Rules()
                .positive("refresh", refresh)
                .below("refresh", refresh, "expiry", expiry)
                .range("budget", budget, MIN_BUDGET, MAX_BUDGET)
                .enforce();
    }

    public static RegistryLimits read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new RegistryLimits(
                section.duration("refresh", DEFAULTS.refresh),
                section.duration("expiry", DEFAULTS.expiry),
                section.size("budget", DEFAULTS.budget)));
    }
}

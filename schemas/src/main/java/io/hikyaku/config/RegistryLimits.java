package io.hikyaku.config;

import java.time.Duration;

/// Times and bounds of the registry.
///
/// @param refresh a node publishes its own document at least so often
/// @param expiry a document whose sequence did not rise for so long is forgotten
/// @param budget bytes of others' documents kept; a node beyond it is not learnt
public record RegistryLimits(Duration refresh, Duration expiry, DataSize budget) {

    private static final DataSize MIN_BUDGET = DataSize.ofMiB(1); // a document holds 768 KiB at most
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

    static RegistryLimits read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new RegistryLimits(
                section.duration("refresh", DEFAULTS.refresh),
                section.duration("expiry", DEFAULTS.expiry),
                section.size("budget", DEFAULTS.budget)));
    }
}

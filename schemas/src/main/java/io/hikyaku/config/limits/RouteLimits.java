package io.hikyaku.config.limits;

import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;

/// Bounds of what a node keeps for others while it forwards. They hold for each destination separately, so that one
/// slow destination harms nobody else.
///
/// @param linkQueue bytes that wait for one link; what comes beyond is dropped, and its source told
/// @param pauseAbove a destination's sources are told to pause when this many of its bytes wait
/// @param resumeBelow and to resume when this few are left
/// @param budget bytes that wait in the whole process
public record RouteLimits(DataSize linkQueue, DataSize pauseAbove, DataSize resumeBelow, DataSize budget) {

    private static final DataSize MIN_QUEUE = DataSize.ofMiB(1); // a registry packet holds 768 KiB
    private static final DataSize MAX_QUEUE = DataSize.ofMiB(1024);

    public static final RouteLimits DEFAULTS =
            new RouteLimits(DataSize.ofMiB(4), DataSize.ofMiB(1), DataSize.ofKiB(256), DataSize.ofMiB(256));

    public RouteLimits {
        new Rules()
                .range("linkQueue", linkQueue, MIN_QUEUE, MAX_QUEUE)
                .below("resumeBelow", resumeBelow, "pauseAbove", pauseAbove)
                .below("pauseAbove", pauseAbove, "linkQueue", linkQueue)
                .atMost("linkQueue", linkQueue, "budget", budget)
                .enforce();
    }

    public static RouteLimits read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new RouteLimits(
                section.size("linkQueue", DEFAULTS.linkQueue),
                section.size("pauseAbove", DEFAULTS.pauseAbove),
                section.size("resumeBelow", DEFAULTS.resumeBelow),
                section.size("budget", DEFAULTS.budget)));
    }
}

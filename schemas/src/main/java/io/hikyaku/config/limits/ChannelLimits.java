package io.hikyaku.config.limits;

import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import java.time.Duration;

/// Times and bounds of one channel: a pair of bridge instances on one event loop.
///
/// @param handshakeTimeout for the whole encrypted handshake, its resends included
/// @param keepaliveInterval between two probes of a channel that carries nothing
/// @param deadAfter a peer that was silent for this long is gone, and its streams are reset
/// @param gapTimeout how long a missing packet is waited for before the streams are reset
/// @param reorderWindow packets kept that came before their turn
/// @param window bytes that the readers of all streams of the channel may hold, or be granted, together
/// @param maxStreams open streams at once
public record ChannelLimits(
        Duration handshakeTimeout,
        Duration keepaliveInterval,
        Duration deadAfter,
        Duration gapTimeout,
        int reorderWindow,
        DataSize window,
        int maxStreams) {

    private static final DataSize MIN_WINDOW = DataSize.ofKiB(64); // one packet of the largest size
    private static final DataSize MAX_WINDOW = DataSize.ofMiB(1024);

    public static final ChannelLimits DEFAULTS = new ChannelLimits(
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofSeconds(2),
            1024,
            DataSize.ofMiB(64),
            10_000);

    public ChannelLimits {
        new Rules()
                .positive("handshakeTimeout", handshakeTimeout)
                .positive("keepaliveInterval", keepaliveInterval)
                .positive("gapTimeout", gapTimeout)
                .below("keepaliveInterval", keepaliveInterval, "deadAfter", deadAfter)
                .atMost("gapTimeout", gapTimeout, "deadAfter", deadAfter)
                .range("reorderWindow", reorderWindow, 1, 65_536)
                .range("window", window, MIN_WINDOW, MAX_WINDOW)
                .range("maxStreams", maxStreams, 1, 1_000_000)
                .enforce();
    }

    /// What they are unless configured: no more than half of the process's budget goes to one channel.
    static ChannelLimits defaults(DataSize budget) {
        long half = Math.max(MIN_WINDOW.bytes(), budget.bytes() / 2);
        return new ChannelLimits(
                DEFAULTS.handshakeTimeout,
                DEFAULTS.keepaliveInterval,
                DEFAULTS.deadAfter,
                DEFAULTS.gapTimeout,
                DEFAULTS.reorderWindow,
                new DataSize(Math.min(DEFAULTS.window.bytes(), half)),
                DEFAULTS.maxStreams);
    }

    public static ChannelLimits read(Setting setting, ChannelLimits defaults) {
        Section section = setting.section();
        return section.build(() -> new ChannelLimits(
                section.duration("handshakeTimeout", defaults.handshakeTimeout),
                section.duration("keepaliveInterval", defaults.keepaliveInterval),
                section.duration("deadAfter", defaults.deadAfter),
                section.duration("gapTimeout", defaults.gapTimeout),
                section.integer("reorderWindow", defaults.reorderWindow),
                section.size("window", defaults.window),
                section.integer("maxStreams", defaults.maxStreams)));
    }
}

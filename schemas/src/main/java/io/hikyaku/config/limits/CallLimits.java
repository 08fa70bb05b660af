package io.hikyaku.config.limits;

import io.hikyaku.config.value.DataSize;
import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame;
import java.time.Duration;

/// Times and bounds of calls: what local callers and local targets may take.
///
/// @param connectTimeout until a target is connected
/// @param headerTimeout until a caller's request head is complete, counted from its first byte
/// @param responseTimeout until a target's response begins, counted from the end of the request; not for gRPC
/// @param idleTimeout an HTTP connection without a call is closed after this
/// @param tcpIdleTimeout a TCP connection or WebSocket that carries nothing in either direction is reset after this,
///     and so is an HTTP call that has begun its response, or is a gRPC call
/// @param protocolWait the longest that a connection to an import waits until its protocol is known
/// @param maxConnectionsPerListener open connections at once; more are closed at once
/// @param maxConnectionsPerSource of them, from one address; of IPv6 from one /64
/// @param retryBudget repeats of calls that may have run, as a percentage of all calls; 0: none is ever repeated
/// @param maxHeaderSize a whole HTTP head, or trailers
/// @param maxRequestLineSize the first line of a request, and the path of one in HTTP/2
/// @param http what only concerns HTTP
public record CallLimits(
        Duration connectTimeout,
        Duration headerTimeout,
        Duration responseTimeout,
        Duration idleTimeout,
        Duration tcpIdleTimeout,
        Duration protocolWait,
        int maxConnectionsPerListener,
        int maxConnectionsPerSource,
        int retryBudget,
        DataSize maxHeaderSize,
        DataSize maxRequestLineSize,
        HttpLimits http) {

    private static final DataSize MIN_HEAD = DataSize.ofKiB(1);

    /// What a frame holds (PROTOCOL.md §7.2), with room for the fields that bridges add.
    private static final DataSize MAX_HEAD = new DataSize(Fields.MAX_BYTES - (16 << 10));

    private static final DataSize MAX_LINE = new DataSize(HttpFrame.MAX_PATH_BYTES);

    public static final CallLimits DEFAULTS = new CallLimits(
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofMinutes(5),
            Duration.ofSeconds(60),
            Duration.ofHours(48),
            Duration.ofSeconds(5),
            10_000,
            5_000,
            20,
            DataSize.ofKiB(64),
            DataSize.ofKiB(16),
            HttpLimits.DEFAULTS);

    public CallLimits {
        new Rules()
                .positive("connectTimeout", connectTimeout)
                .positive("headerTimeout", headerTimeout)
                .positive("responseTimeout", responseTimeout)
                .positive("idleTimeout", idleTimeout)
                .positive("tcpIdleTimeout", tcpIdleTimeout)
                .positive("protocolWait", protocolWait)
                .range("maxConnectionsPerListener", maxConnectionsPerListener, 1, 1_000_000)
                .range("maxConnectionsPerSource", maxConnectionsPerSource, 1, 1_000_000)
                .range("retryBudget", retryBudget, 0, 100)
                .range("maxHeaderSize", maxHeaderSize, MIN_HEAD, MAX_HEAD)
                .range("maxRequestLineSize", maxRequestLineSize, MIN_HEAD, MAX_LINE)
                .atMost("maxRequestLineSize", maxRequestLineSize, "maxHeaderSize", maxHeaderSize)
                .enforce();
    }

    public static CallLimits read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new CallLimits(
                section.duration("connectTimeout", DEFAULTS.connectTimeout),
                section.duration("headerTimeout", DEFAULTS.headerTimeout),
                section.duration("responseTimeout", DEFAULTS.responseTimeout),
                section.duration("idleTimeout", DEFAULTS.idleTimeout),
                section.duration("tcpIdleTimeout", DEFAULTS.tcpIdleTimeout),
                section.duration("protocolWait", DEFAULTS.protocolWait),
                section.integer("maxConnectionsPerListener", DEFAULTS.maxConnectionsPerListener),
                section.integer("maxConnectionsPerSource", DEFAULTS.maxConnectionsPerSource),
                section.integer("retryBudget", DEFAULTS.retryBudget),
                section.size("maxHeaderSize", DEFAULTS.maxHeaderSize),
                section.size("maxRequestLineSize", DEFAULTS.maxRequestLineSize),
                section.optional("http", HttpLimits::read, DEFAULTS.http)));
    }
}

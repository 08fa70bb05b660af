package io.hikyaku.config.limits;

import io.hikyaku.config.value.Rules;
import io.hikyaku.config.yaml.Section;
import io.hikyaku.config.yaml.Setting;
import java.time.Duration;

/// Times and bounds of links to relays and between relays; Kafka has its own.
///
/// @param connectTimeout until TCP is connected
/// @param handshakeTimeout from there until TLS and the greeting are done, on both sides
/// @param keepaliveInterval between two probes, which also measure the round trip
/// @param deadAfter a neighbour that was silent for this long after a probe is gone, whatever TCP says
/// @param reconnectBackoffMin the first wait before dialling again
/// @param reconnectBackoffMax the longest wait before dialling again
/// @param maxAccepted accepted links at once, per listener; more are closed at once
/// @param maxGreeting of them, those that have not greeted yet; beyond that one that has proven least is closed
/// @param maxGreetingPerSource of one address, or one /64 of IPv6; likewise
public record LinkLimits(
        Duration connectTimeout,
        Duration handshakeTimeout,
        Duration keepaliveInterval,
        Duration deadAfter,
        Duration reconnectBackoffMin,
        Duration reconnectBackoffMax,
        int maxAccepted,
        int maxGreeting,
        int maxGreetingPerSource) {

    public static final LinkLimits DEFAULTS = new LinkLimits(
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            Duration.ofMillis(200),
            Duration.ofSeconds(15),
            10_000,
            1_000,
            200);

    public LinkLimits {
        new Rules()
                .positive("connectTimeout", connectTimeout)
                .positive("handshakeTimeout", handshakeTimeout)
                .positive("keepaliveInterval", keepaliveInterval)
                .positive("reconnectBackoffMin", reconnectBackoffMin)
                .below("keepaliveInterval", keepaliveInterval, "deadAfter", deadAfter)
                .atMost("reconnectBackoffMin", reconnectBackoffMin, "reconnectBackoffMax", reconnectBackoffMax)
                .range("maxAccepted", maxAccepted, 1, 1_000_000)
                .range("maxGreeting", maxGreeting, 1, 1_000_000)
                .range("maxGreetingPerSource", maxGreetingPerSource, 1, 1_000_000)
                .enforce();
    }

    public static LinkLimits read(Setting setting) {
        Section section = setting.section();
        return section.build(() -> new LinkLimits(
                section.duration("connectTimeout", DEFAULTS.connectTimeout),
                section.duration("handshakeTimeout", DEFAULTS.handshakeTimeout),
                section.duration("keepaliveInterval", DEFAULTS.keepaliveInterval),
                section.duration("deadAfter", DEFAULTS.deadAfter),
                section.duration("reconnectBackoffMin", DEFAULTS.reconnectBackoffMin),
                section.duration("reconnectBackoffMax", DEFAULTS.reconnectBackoffMax),
                section.integer("maxAccepted", DEFAULTS.maxAccepted),
                section.integer("maxGreeting", DEFAULTS.maxGreeting),
                section.integer("maxGreetingPerSource", DEFAULTS.maxGreetingPerSource)));
    }
}

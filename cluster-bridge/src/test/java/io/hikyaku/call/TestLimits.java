package io.hikyaku.call;

import io.hikyaku.config.limits.CallLimits;
import io.hikyaku.config.limits.HttpLimits;
import io.hikyaku.config.value.DataSize;
import java.time.Duration;
import java.util.Optional;

/// The usual limits of calls, and what differs from them in a test.
public final class TestLimits {
    private Duration connectTimeout = CallLimits.DEFAULTS.connectTimeout();
    private Duration protocolWait = CallLimits.DEFAULTS.protocolWait();
    private Duration headerTimeout = CallLimits.DEFAULTS.headerTimeout();
    private Duration responseTimeout = CallLimits.DEFAULTS.responseTimeout();
    private Duration idleTimeout = CallLimits.DEFAULTS.idleTimeout();
    private Duration tcpIdleTimeout = CallLimits.DEFAULTS.tcpIdleTimeout();
    private int maxConnectionsPerListener = CallLimits.DEFAULTS.maxConnectionsPerListener();
    private int maxConnectionsPerSource = CallLimits.DEFAULTS.maxConnectionsPerSource();
    private int minBodyRate = HttpLimits.DEFAULTS.minBodyRate();
    private Optional<DataSize> maxBodySize = Optional.empty();
    private int maxStreams = HttpLimits.DEFAULTS.maxStreams();
    private Duration writeTimeout = HttpLimits.DEFAULTS.writeTimeout();

    public TestLimits connectTimeout(Duration time) {
        connectTimeout = time;
        return this;
    }

    public TestLimits protocolWait(Duration time) {
        protocolWait = time;
        return this;
    }

    public TestLimits headerTimeout(Duration time) {
        headerTimeout = time;
        return this;
    }

    public TestLimits responseTimeout(Duration time) {
        responseTimeout = time;
        return this;
    }

    public TestLimits idleTimeout(Duration time) {
        idleTimeout = time;
        return this;
    }

    public TestLimits tcpIdleTimeout(Duration time) {
        tcpIdleTimeout = time;
        return this;
    }

    public TestLimits maxConnectionsPerListener(int max) {
        maxConnectionsPerListener = max;
        return this;
    }

    public TestLimits maxConnectionsPerSource(int max) {
        maxConnectionsPerSource = max;
        return this;
    }

    public TestLimits minBodyRate(int bytes) {
        minBodyRate = bytes;
        return this;
    }

    public TestLimits maxBodySize(DataSize size) {
        maxBodySize = Optional.of(size);
        return this;
    }

    public TestLimits writeTimeout(Duration time) {
        writeTimeout = time;
        return this;
    }

    public TestLimits maxStreams(int max) {
        maxStreams = max;
        return this;
    }

    public CallLimits limits() {
        CallLimits usual = CallLimits.DEFAULTS;
        return new CallLimits(
                connectTimeout,
                headerTimeout,
                responseTimeout,
                idleTimeout,
                tcpIdleTimeout,
                protocolWait,
                maxConnectionsPerListener,
                maxConnectionsPerSource,
                usual.retryBudget(),
                usual.maxHeaderSize(),
                usual.maxRequestLineSize(),
                new HttpLimits(maxStreams, maxBodySize, minBodyRate, writeTimeout));
    }
}

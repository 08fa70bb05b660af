package io.hikyaku.config;

import io.hikyaku.config.yaml.Setting;

/// The number of threads that carry packets and calls.
final class EventLoopCount {

    static final int MAX = 256;

    private EventLoopCount() {}

    /// What holds when the file says nothing: one for each processor that the process may use.
    static int available() {
        return Math.min(Runtime.getRuntime().availableProcessors(), MAX);
    }

    static int read(Setting setting) {
        return setting.integer(1, MAX);
    }
}

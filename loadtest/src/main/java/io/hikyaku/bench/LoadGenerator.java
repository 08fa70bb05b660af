package io.hikyaku.bench;

import java.io.IOException;
import java.time.Duration;

/// Sends GET requests over a fixed number of connections, each the next one when the last is answered (closed loop).
interface LoadGenerator {
    /// Whether connections are used again.
    enum Connections {
        KEPT,
        NEW_FOR_EACH_REQUEST
    }

    String name();

    /// @param address `host:port`
    /// @param path of the resource, answered by 200
    /// @throws IOException if nothing could be measured
    Sample run(String address, String path, int connections, Connections reuse, Duration duration)
            throws IOException, InterruptedException;

    /// wrk where it is installed, else our own.
    static LoadGenerator best() {
        return Tools.find("wrk").<LoadGenerator>map(Wrk::new).orElseGet(OwnGenerator::new);
    }
}

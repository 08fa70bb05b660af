package io.hikyaku.bench;

import io.hikyaku.bench.LoadGenerator.Connections;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What is done over each way, one round at a time.
sealed interface Scenario {
    String name();

    Sample run(Way way) throws IOException, InterruptedException;

    /// GET requests for 1 KiB.
    record Http(LoadGenerator generator, int connections, Connections reuse, Duration duration) implements Scenario {
        @Override
        public String name() {
            return reuse == Connections.KEPT
                    ? "HTTP 1 KiB, " + connections + (connections == 1 ? " connection" : " connections")
                    : "HTTP 1 KiB, new connection each, " + connections + " at once";
        }

        @Override
        public Sample run(Way way) throws IOException, InterruptedException {
            return generator.run(way.http(), Origin.PATH, connections, reuse, duration);
        }
    }

    /// GET requests for 1 KiB on a few connections, beside transfers over TCP that nobody reads.
    ///
    /// @param downloads of which the first ones have been read for a while, so that their windows have grown
    record BesideStalled(LoadGenerator generator, int downloads, int uploads, Duration duration) implements Scenario {
        private static final int CONNECTIONS = 8;
        private static final int GROWN = 8;
        private static final long READ_BYTES = 8L << 20;

        @Override
        public String name() {
            return "HTTP 1 KiB, " + CONNECTIONS + " connections, beside " + downloads + " downloads and " + uploads
                    + " uploads that nobody reads";
        }

        @Override
        public Sample run(Way way) throws IOException, InterruptedException {
            List<SocketChannel> stalled = new ArrayList<>();
            try {
                for (int i = 0; i < downloads; i++) {
                    stalled.add(BulkServer.stalledDownload(way.tcp(), i < GROWN ? READ_BYTES : 1));
                }
                for (int i = 0; i < uploads; i++) {
                    stalled.add(BulkServer.stalledUpload(way.tcp()));
                }
                Thread.sleep(stalled.isEmpty() ? Duration.ZERO : Duration.ofSeconds(2)); // until they stand still
                return generator.run(way.http(), Origin.PATH, CONNECTIONS, Connections.KEPT, duration);
            } finally {
                for (SocketChannel socket : stalled) {
                    socket.setOption(StandardSocketOptions.SO_LINGER, 0).close();
                }
            }
        }
    }

    /// One TCP stream; a request is a MiB.
    record Bulk(boolean upload, int mebibytes) implements Scenario {
        @Override
        public String name() {
            return "TCP " + (upload ? "upload" : "download") + " of " + mebibytes + " MiB";
        }

        @Override
        public Sample run(Way way) throws IOException {
            long bytes = (long) mebibytes << 20;
            double seconds = upload ? BulkServer.upload(way.tcp(), bytes) : BulkServer.download(way.tcp(), bytes);
            return new Sample(mebibytes, 0, seconds, 0, 0);
        }
    }
}

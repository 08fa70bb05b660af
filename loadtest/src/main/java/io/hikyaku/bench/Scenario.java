package io.hikyaku.bench;

import io.hikyaku.bench.LoadGenerator.Connections;
import java.io.IOException;
import java.time.Duration;

/// What is done over each way, one round at a time.
sealed interface Scenario {
    String name();

    /// Begins what goes on beside a round, and is not measured; closed after it.
    default AutoCloseable beside(Way way) throws Exception {
        return () -> {};
    }

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

    /// What another scenario does, beside transfers over TCP that nobody reads.
    record BesideStalled(Scenario calls, int downloads, int uploads) implements Scenario {
        @Override
        public String name() {
            return calls.name() + ", beside " + downloads + " downloads and " + uploads + " uploads that nobody reads";
        }

        @Override
        public StalledTransfers beside(Way way) throws IOException, InterruptedException {
            return StalledTransfers.begin(way, downloads, uploads);
        }

        @Override
        public Sample run(Way way) throws IOException, InterruptedException {
            return calls.run(way);
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

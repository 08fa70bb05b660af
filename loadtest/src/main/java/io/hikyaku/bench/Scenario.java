package io.hikyaku.bench;

import io.hikyaku.bench.LoadGenerator.Connections;
import java.io.IOException;
import java.time.Duration;

/// What is done over each way, one round at a time.
sealed interface Scenario {
    String name();

    /// Begins what goes on beside a round, and is not measured; closed after it.
    default AutoCloseable beside(Contender contender) throws Exception {
        return () -> {};
    }

    Sample run(Contender contender) throws IOException, InterruptedException;

    /// GET requests for 1 KiB.
    record Http(LoadGenerator generator, int connections, Connections reuse, Duration duration) implements Scenario {
        @Override
        public String name() {
            return reuse == Connections.KEPT
                    ? "HTTP 1 KiB, " + connections + (connections == 1 ? " connection" : " connections")
                    : "HTTP 1 KiB, new connection each, " + connections + " at once";
        }

        @Override
        public Sample run(Contender contender) throws IOException, InterruptedException {
            return generator.run(contender.http(), Origin.PATH, connections, reuse, duration);
        }
    }

    /// What another scenario does, beside transfers over TCP that nobody reads.
    record BesideStalled(Scenario calls, int downloads, int uploads) implements Scenario {
        @Override
        public String name() {
            return calls.name() + ", beside " + downloads + " downloads and " + uploads + " uploads that nobody reads";
        }

        @Override
        public StalledTransfers beside(Contender contender) throws IOException, InterruptedException {
            return StalledTransfers.begin(contender, downloads, uploads);
        }

        @Override
        public Sample run(Contender contender) throws IOException, InterruptedException {
            return calls.run(contender);
        }
    }

    /// One TCP stream; a request is a MiB.
    record Bulk(boolean upload, int mebibytes) implements Scenario {
        @Override
        public String name() {
            return "TCP " + (upload ? "upload" : "download") + " of " + mebibytes + " MiB";
        }

        @Override
        public Sample run(Contender contender) throws IOException {
            long bytes = (long) mebibytes << 20;
            double seconds =
                    upload ? BulkServer.upload(contender.tcp(), bytes) : BulkServer.download(contender.tcp(), bytes);
            return new Sample(mebibytes, 0, seconds, 0, 0);
        }
    }
}

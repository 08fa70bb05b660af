package io.hikyaku.kafka.transport;

/// Smoothed time, as TCP smooths it: an eighth of each sample. One thread writes, any reads.
final class RoundTrip {
    private static final int WEIGHT = 8;

    private volatile long nanos = -1;

    void onSample(long sample) {
        long smoothed = nanos;
        nanos = smoothed < 0 ? sample : smoothed + (sample - smoothed) / WEIGHT;
    }

    /// −1 before the first sample.
    long micros() {
        long smoothed = nanos;
        return smoothed < 0 ? -1 : smoothed / 1000;
    }
}

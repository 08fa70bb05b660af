package io.hikyaku.bench;

/// What one round of load gave.
///
/// @param requests answered as expected
/// @param failures answered otherwise or not at all
/// @param seconds how long it took
/// @param p50Micros median latency in microseconds, 0 where it is not measured
/// @param p99Micros 99th percentile of latency in microseconds, 0 where it is not measured
record Sample(long requests, long failures, double seconds, double p50Micros, double p99Micros) {
    double perSecond() {
        return requests / seconds;
    }
}

package io.hikyaku.identity;

import java.time.Instant;
import java.time.InstantSource;

/// When these tests take place. Apart from [TestCertificates], which names BouncyCastle.
final class TestClock {

    static final InstantSource NOW = InstantSource.fixed(Instant.parse("2026-11-01T12:00:00Z"));

    private TestClock() {}
}

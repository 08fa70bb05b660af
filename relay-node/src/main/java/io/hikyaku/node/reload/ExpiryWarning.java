package io.hikyaku.node.reload;

import io.hikyaku.identity.Identity;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Warns of a certificate that should have been renewed: once two thirds of its time are over, and then every hour.
/// Touched only by the thread of [Watch].
final class ExpiryWarning implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ExpiryWarning.class);
    private static final Duration AGAIN = Duration.ofHours(1);

    private final Supplier<Identity> identity;
    private Instant quietUntil = Instant.MIN;

    ExpiryWarning(Supplier<Identity> identity) {
        this.identity = identity;
    }

    @Override
    public void run() {
        Identity own = identity.get();
        due(own.notBefore(), own.notAfter(), Instant.now())
                .ifPresent(when -> LOG.warn("the certificate of {} {}: renew it", own.member(), when));
    }

    /// The warning that is due now.
    Optional<String> due(Instant notBefore, Instant notAfter, Instant now) {
        Duration lifetime = Duration.between(notBefore, notAfter);
        Instant late = notAfter.minus(lifetime.dividedBy(3));
        if (now.isBefore(late) || now.isBefore(quietUntil)) {
            return Optional.empty();
        }
        quietUntil = now.plus(AGAIN);
        return Optional.of(
                now.isAfter(notAfter)
                        ? "expired at " + notAfter + ", and nobody accepts a new link or channel of this node"
                        : "expires at " + notAfter);
    }
}

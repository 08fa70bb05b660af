package io.hikyaku.link.kafka;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether one direction works, and why not. Any thread.
final class Health {
    private volatile @Nullable String failure;

    /// Works until it is found not to.
    Health() {}

    /// @param failure why it does not work yet
    Health(String failure) {
        this.failure = failure;
    }

    /// @return whether this is news
    boolean toUp() {
        boolean news = failure != null;
        failure = null;
        return news;
    }

    void toDown(String reason) {
        failure = reason;
    }

    boolean up() {
        return failure == null;
    }

    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }
}

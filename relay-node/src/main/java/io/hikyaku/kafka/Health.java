package io.hikyaku.kafka;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether one direction works, and why not. Any thread.
public final class Health {
    private volatile @Nullable String failure;

    /// Works until it is found not to.
    public Health() {}

    /// @param failure why it does not work yet
    public Health(String failure) {
        this.failure = failure;
    }

    /// @return whether this is news
    public boolean toUp() {
        boolean news = failure != null;
        failure = null;
        return news;
    }

    public void toDown(String reason) {
        failure = reason;
    }

    public boolean up() {
        return failure == null;
    }

    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }
}

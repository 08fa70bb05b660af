package io.hikyaku.link.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;

/// Warnings about things that are tried again and again: each once, then once a minute while it lasts.
final class Complaints {
    private static final Duration QUIET = Duration.ofMinutes(1);
    private static final int MAX_REMEMBERED = 100;

    private final Logger log;
    private final Map<String, Long> saidAt = new HashMap<>();

    Complaints(Logger log) {
        this.log = log;
    }

    /// @param text one line for an operator
    void say(String text) {
        if (isNew(text, System.nanoTime())) {
            log.warn("{}", text);
        }
    }

    synchronized boolean isNew(String text, long now) {
        saidAt.values().removeIf(at -> now - at >= QUIET.toNanos());
        if (saidAt.size() >= MAX_REMEMBERED || saidAt.containsKey(text)) {
            return false;
        }
        saidAt.put(text, now);
        return true;
    }

    /// It works again: the next failure is news.
    synchronized void clear() {
        saidAt.clear();
    }
}

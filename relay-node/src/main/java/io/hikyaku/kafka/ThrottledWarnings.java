package io.hikyaku.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;

/// Warnings about things that are tried again and again: each is logged once, then once a minute while it lasts.
public final class ThrottledWarnings {
    private static final Duration QUIET = Duration.ofMinutes(1);
    private static final int MAX_REMEMBERED = 100;

    private final Logger log;
    private final Map<String, Long> saidAt = new HashMap<>();

    public ThrottledWarnings(Logger log) {
        this.log = log;
    }

    /// @param text one line for an operator, always the same for the same problem
    public void say(String text) {
        say(text, text);
    }

    /// Says what failed; a broker's own words may contain a time or an offset, and so do not show what is new.
    public void say(KafkaFailure failure) {
        say(failure.kind(), failure.sentence());
    }

    /// @param kind what is the same for all messages that say nothing new
    public void say(String kind, String text) {
        if (isNew(kind, System.nanoTime())) {
            log.warn("{}", text);
        }
    }

    synchronized boolean isNew(String kind, long now) {
        saidAt.values().removeIf(at -> now - at >= QUIET.toNanos());
        if (saidAt.size() >= MAX_REMEMBERED || saidAt.containsKey(kind)) {
            return false;
        }
        saidAt.put(kind, now);
        return true;
    }

    /// It works again: the next failure is news.
    public synchronized void clear() {
        saidAt.clear();
    }
}

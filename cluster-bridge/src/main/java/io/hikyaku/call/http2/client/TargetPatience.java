package io.hikyaku.call.http2.client;

import io.hikyaku.call.http2.client.TargetHttp2Connection.Terms;
import io.hikyaku.loop.Deadline;
import java.time.Duration;

/// How long to wait for a connection to a target, to keep it without exchanges, and to trust it when it is silent
/// during some. Belongs to its event loop.
final class TargetPatience {
    private final TargetHttp2Connection connection;
    private final Terms terms;
    private final Deadline deadline;
    private boolean pinged;
    private long idleSinceNanos;

    TargetPatience(TargetHttp2Connection connection, Terms terms) {
        this.connection = connection;
        this.terms = terms;
        this.deadline = new Deadline(connection.loop(), this::onPassed);
    }

    /// The target has to send its SETTINGS.
    void begin() {
        deadline.set(terms.settingsTimeout());
    }

    /// No exchange is in progress.
    void onIdle() {
        idleSinceNanos = connection.now();
        deadline.set(terms.keepIdle());
    }

    /// The target has answered a PING.
    void onPong() {
        if (pinged) {
            pinged = false;
            deadline.set(terms.pingAfter());
        }
    }

    void close() {
        deadline.close();
    }

    private void onPassed() {
        long now = connection.now();
        if (!connection.isReady()) {
            connection.onNoSettings();
        } else if (connection.isIdle()) {
            whileIdle(now);
        } else {
            whileBusy(now);
        }
    }

    private void whileIdle(long now) {
        long left = terms.keepIdle().toNanos() - (now - idleSinceNanos);
        if (left <= 0) {
            connection.leave();
        } else {
            deadline.set(Duration.ofNanos(left));
        }
    }

    private void whileBusy(long now) {
        long silent = now - connection.readNanos();
        if (silent < terms.pingAfter().toNanos()) {
            pinged = false;
            deadline.set(Duration.ofNanos(terms.pingAfter().toNanos() - silent));
        } else if (pinged) {
            connection.onNoPong();
        } else {
            pinged = true;
            connection.ping();
            deadline.set(terms.pingPatience());
        }
    }
}

package io.hikyaku.registry;

import io.hikyaku.registry.SignedDocuments.ReadDocument;
import java.time.Duration;

/// A node as the directory knows it, and when it last gave a sign of life. Touched only by the control loop.
public final class KnownNode {
    /// How long relays may vouch for a node that has signed nothing new: a relay that lies keeps a dead node listed
    /// for no longer. A node beats three times within it.
    public static final Duration LEASE = Duration.ofHours(6);

    enum State {
        /// It is known only from Kafka's past records.
        UNCONFIRMED,
        LIVE,
        /// Silent for too long. What it exported is known but cannot be reached.
        LOST
    }

    ReadDocument read;
    State state = State.UNCONFIRMED;
    /// The newest beat's count.
    long beat;
    /// Time without any sign of life that could have been heard, in nanoseconds.
    long silence;
    /// When its document's sequence or its beat last rose, which only the node itself can bring about.
    long signedAt;

    KnownNode(ReadDocument read, long signedAt) {
        this.read = read;
        this.signedAt = signedAt;
    }

    long sequence() {
        return read.signed().sequence();
    }

    /// Memory that it is charged with, in bytes.
    long size() {
        return read.signed().size() + read.textBytes();
    }

    /// The node itself has signed something new.
    void onSigned(long now) {
        signedAt = now;
        silence = 0;
    }

    /// Time has passed.
    ///
    /// @param vouched whether a neighbour says that packets reach it
    /// @param proven whether a channel to it is alive
    /// @param heard whether it would be heard if it sent something
    void pass(long elapsed, long now, boolean vouched, boolean proven, boolean heard) {
        if (proven) {
            onSigned(now);
        } else if (vouched && isWithinLease(signedAt, now)) {
            silence = 0;
        } else if (heard || state != State.LIVE) {
            silence += elapsed;
        }
    }

    static boolean isWithinLease(long signedAt, long now) {
        return now - signedAt < LEASE.toNanos();
    }
}

package io.hikyaku.registry.flood;

import io.hikyaku.registry.Directory;
import io.hikyaku.registry.SignedDocument;
import io.hikyaku.registry.flood.RegistryFlood.Receiver;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.route.RegistryFrame.Beat;

/// What nodes do with documents that come over links.
public final class FloodReceivers {
    private FloodReceivers() {}

    /// For a relay, which takes documents as they are.
    public static Receiver none() {
        return new Receiver() {
            @Override
            public boolean onDocument(SignedDocument document) {
                return true;
            }

            @Override
            public boolean knows(NodeId node, long sequence) {
                return true;
            }

            @Override
            public void onBeat(Beat beat) {
                // Neighbours tell whom a relay reaches.
            }

            @Override
            public void onVouched(NodeId node, boolean now) {
                // As above.
            }

            @Override
            public void onSnapshotEnd() {
                // A relay needs no registry to work.
            }
        };
    }

    /// For a bridge, whose directory verifies them.
    public static Receiver into(Directory directory) {
        return new Receiver() {
            @Override
            public boolean onDocument(SignedDocument document) {
                return directory.offer(document, true);
            }

            @Override
            public boolean knows(NodeId node, long sequence) {
                return directory.knows(node, sequence);
            }

            @Override
            public void onBeat(Beat beat) {
                directory.onBeat(beat, true);
            }

            @Override
            public void onVouched(NodeId node, boolean now) {
                directory.onVouched(node, now);
            }

            @Override
            public void onSnapshotEnd() {
                directory.onSnapshotEnd();
            }
        };
    }
}

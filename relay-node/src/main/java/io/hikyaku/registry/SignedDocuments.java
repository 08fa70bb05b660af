package io.hikyaku.registry;

import io.hikyaku.identity.InstanceKey.Purpose;
import io.hikyaku.identity.InstancePublicKey;
import io.hikyaku.identity.MeshTrust;
import io.hikyaku.identity.Rejected;
import io.hikyaku.identity.Statement;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.PartDigest;
import io.hikyaku.wire.registry.DocumentHead;
import io.hikyaku.wire.registry.DocumentHeads;
import io.hikyaku.wire.registry.DocumentParts;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import io.hikyaku.wire.registry.NodeDocuments;
import io.hikyaku.wire.route.RegistryFrame.Beat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is genuine in the registry (PROTOCOL.md §8.2). A head and a beat prove by themselves whose they are, since a
/// node id is the hash of the key that signed; the statement in a document's first part tells which member the node
/// belongs to. The rest hangs on the head by digests.
public final class SignedDocuments {
    private SignedDocuments() {}

    /// A document that is genuine, or why it is not.
    public sealed interface Verdict {
        record Genuine(ReadDocument document) implements Verdict {}

        /// @param reason a closed set, fit for a metric's label
        /// @param detail for logs
        record Refused(Reason reason, String detail) implements Verdict {}
    }

    /// Why a document is ignored.
    enum Reason {
        /// A part is not what a part must be.
        MALFORMED,
        /// Not signed by the node, or the node's statement not by a member of this mesh, now.
        FORGED,
        /// About a node or a member that is not the signer's own.
        FOREIGN,
        /// Older than what is known of the node.
        ROLLED_BACK,
        /// As old as what is known of the node, but different.
        EQUIVOCATED,
        /// More documents than this node keeps.
        TOO_MANY
    }

    /// A document that was verified, with what its parts hold, so that the next one need not be read whole.
    ///
    /// @param statement valid when it was looked at
    /// @param exports of each part
    /// @param text bytes of all texts, by part
    record ReadDocument(
            SignedDocument signed,
            NodeDocument document,
            Statement statement,
            Map<PartDigest, List<ExportedService>> exports,
            Map<PartDigest, Integer> text) {
        long textBytes() {
            return text.values().stream().mapToLong(Integer::longValue).sum();
        }
    }

    /// Whether the head's own key signed it.
    public static boolean isGenuine(DocumentHead head) {
        try {
            return InstancePublicKey.ofRaw(head.key())
                    .verifies(head.signature(), Purpose.DOCUMENT, DocumentHeads.signedBytes(head));
        } catch (IllegalArgumentException e) {
            return false; // no key at all
        }
    }

    /// Whether the key of the node's head signed the beat.
    public static boolean isGenuine(Beat beat, DocumentHead head) {
        return InstancePublicKey.ofRaw(head.key())
                .verifies(beat.signature(), Purpose.BEAT, DocumentMaker.beaten(beat.sequence(), beat.count()));
    }

    /// Reads a document whose head is genuine, and checks that the node belongs to the member that it names.
    ///
    /// @param before an older one of the same node
    static Verdict read(SignedDocument signed, MeshTrust trust, @Nullable ReadDocument before) {
        try {
            return new Reading(signed, before).read(trust);
        } catch (Malformed e) {
            return new Verdict.Refused(Reason.MALFORMED, String.valueOf(e.getMessage()));
        } catch (Rejected e) {
            Reason reason = switch (e.reason()) {
                case TOO_LARGE, MALFORMED, UNSUPPORTED -> Reason.MALFORMED;
                case NOT_A_MEMBER,
                        OTHER_MESH,
                        WRONG_USE,
                        UNTRUSTED,
                        EXPIRED,
                        NOT_YET_VALID,
                        BAD_SIGNATURE,
                        WRONG_MEMBER,
                        WRONG_PROTOCOL -> Reason.FORGED;
            };
            return new Verdict.Refused(reason, String.valueOf(e.getMessage()));
        }
    }

    private static Verdict foreign(String detail) {
        return new Verdict.Refused(Reason.FOREIGN, detail);
    }

    /// One document while it is read.
    private static final class Reading {
        private final SignedDocument signed;
        private final @Nullable ReadDocument before;
        private final Map<PartDigest, Integer> text = new HashMap<>();
        private long textBytes;

        Reading(SignedDocument signed, @Nullable ReadDocument before) {
            this.signed = signed;
            this.before = before;
        }

        Verdict read(MeshTrust trust) throws Rejected {
            List<PartDigest> digests = signed.head().parts();
            if (digests.isEmpty()) {
                throw new Malformed(Malformed.Reason.INVALID_VALUE, "a document without parts");
            }
            NodeDocument node = NodeDocuments.readNode(textOf(digests.getFirst()), signed.sequence());
            if (!node.node().equals(signed.node())) {
                return foreign("of " + signed.node() + ", about another node");
            }
            Statement statement = Statement.verify(node.statement(), trust);
            if (!statement.nodeId().equals(signed.node())) {
                return foreign("of " + signed.node() + ", with a statement about another node");
            }
            if (!statement.member().uri().equals(node.member())) {
                return foreign("of " + node.member() + ", with a statement of " + statement.member());
            }
            Map<PartDigest, List<ExportedService>> exports = exports(digests.subList(1, digests.size()));
            List<ExportedService> all = new ArrayList<>();
            digests.subList(1, digests.size()).forEach(digest -> all.addAll(exports.getOrDefault(digest, List.of())));
            try {
                NodeDocument document = node.with(signed.sequence(), all);
                return new Verdict.Genuine(new ReadDocument(signed, document, statement, exports, text));
            } catch (IllegalArgumentException e) {
                throw new Malformed(Malformed.Reason.INVALID_VALUE, String.valueOf(e.getMessage()));
            }
        }

        private Map<PartDigest, List<ExportedService>> exports(List<PartDigest> digests) {
            Map<PartDigest, List<ExportedService>> exports = new HashMap<>();
            for (PartDigest digest : digests) {
                List<ExportedService> known = before == null ? null : before.exports.get(digest);
                if (known != null && before != null) {
                    count(digest, before.text.getOrDefault(digest, 0));
                    exports.put(digest, known);
                } else if (signed.parts().containsKey(digest)) {
                    exports.put(digest, NodeDocuments.readExports(textOf(digest)));
                }
            }
            return exports;
        }

        private byte[] textOf(PartDigest digest) {
            byte[] part = signed.parts().get(digest);
            if (part == null) {
                throw new Malformed(Malformed.Reason.TRUNCATED, "a document without its first part");
            }
            byte[] inflated = DocumentParts.inflate(part);
            count(digest, inflated.length);
            return inflated;
        }

        private void count(PartDigest digest, int bytes) {
            Integer counted = text.put(digest, bytes);
            textBytes += bytes - (counted == null ? 0 : counted);
            if (textBytes > DocumentParts.MAX_TEXT) {
                throw new Malformed(Malformed.Reason.TOO_LARGE, "a document of more than " + textBytes + " bytes");
            }
        }
    }
}

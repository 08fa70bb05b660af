package io.hikyaku.registry;

import io.hikyaku.identity.Identity;
import io.hikyaku.identity.Jws;
import io.hikyaku.identity.MeshTrust;
import io.hikyaku.identity.Rejected;
import io.hikyaku.identity.Statement;
import io.hikyaku.wire.Malformed;
import io.hikyaku.wire.registry.NodeDocument;
import io.hikyaku.wire.registry.NodeDocuments;
import java.nio.charset.StandardCharsets;

/// Node documents with their signature (PROTOCOL.md §8.2): compact JWS of type `hikyaku-document+jws` in ASCII.
public final class SignedDocuments {
    private SignedDocuments() {}

    /// @param identity of the member that the document names
    public static byte[] sign(Identity identity, NodeDocument document) {
        return Jws.sign(identity, Jws.Type.DOCUMENT, NodeDocuments.write(document))
                .getBytes(StandardCharsets.US_ASCII);
    }

    /// A document that is genuine, or why it is not.
    public sealed interface Verdict {
        record Genuine(NodeDocument document) implements Verdict {}

        /// @param reason a closed set, fit for a metric's label
        /// @param detail for logs
        record Refused(Reason reason, String detail) implements Verdict {}
    }

    /// Why a document is ignored.
    public enum Reason {
        /// No JWS, or no node document inside.
        MALFORMED,
        /// Not signed by a member of this mesh, now.
        FORGED,
        /// Signed by a member, about a node that is not its own.
        FOREIGN,
        /// Older than what is known of the node.
        ROLLED_BACK,
        /// As old as what is known of the node, and different.
        EQUIVOCATED,
        /// More documents than this node keeps.
        TOO_MANY
    }

    /// Checks signature, member, and that the node is that member's own.
    static Verdict verify(byte[] signed, MeshTrust trust) {
        try {
            Jws jws = Jws.verify(new String(signed, StandardCharsets.ISO_8859_1), Jws.Type.DOCUMENT, trust);
            NodeDocument document = NodeDocuments.read(jws.payload());
            if (!jws.signer().uri().equals(document.member())) {
                return foreign("signed by " + jws.signer() + ", but of another member");
            }
            Statement statement = Statement.verify(document.statement(), trust);
            if (!statement.member().equals(jws.signer())) {
                return foreign("signed by " + jws.signer() + ", with a statement of " + statement.member());
            }
            if (!statement.nodeId().equals(document.node())) {
                return foreign("of " + jws.signer() + ", with a statement about another node");
            }
            return new Verdict.Genuine(document);
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
}

package io.hikyaku.identity;

/// Something that a peer presented (certificates, a signed statement, a proof) does not hold. Stackless: it is made
/// from foreign bytes, caught in one place, and answered by closing, ignoring and counting.
public final class Rejected extends Exception {

    private static final long serialVersionUID = 1L;

    /// Why; a bounded set, fit for a metric's label.
    public enum Reason {
        /// Larger than its kind may be; nothing of it was parsed.
        TOO_LARGE,
        /// Not what the format demands.
        MALFORMED,
        /// Well-formed, but of another type, or with an algorithm or extension that is not spoken here.
        UNSUPPORTED,
        /// The certificate names no member, or names it in more than one way.
        NOT_A_MEMBER,
        /// A member of a mesh that is not ours.
        OTHER_MESH,
        /// A certificate that may not be used like this: a CA's, of another key type, or without the needed key
        /// usage.
        WRONG_USE,
        /// No path to the mesh's authority.
        UNTRUSTED,
        EXPIRED,
        NOT_YET_VALID,
        BAD_SIGNATURE,
        /// A genuine member, but not one that is acceptable here.
        WRONG_MEMBER,
        /// The connection was not negotiated as demanded: TLS version or application protocol.
        WRONG_PROTOCOL
    }

    private final Reason reason;

    public Rejected(Reason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}

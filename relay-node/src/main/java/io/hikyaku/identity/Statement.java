package io.hikyaku.identity;

import io.hikyaku.identity.Rejected.Reason;
import io.hikyaku.wire.NodeId;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// "This instance key is mine": what a member says about one of its running instances, signed with its certificate's
/// key, and therefore whose node id that is. It travels in the link's greeting, in the channel's handshake and in the
/// registry. It proves nothing about the node that presents it: that takes a signature by the instance key
/// ([InstanceKey#sign]).
///
/// The payload is JSON: `{"member": URI, "key": base64url of 32 bytes, "notBefore": seconds, "notAfter": seconds}`, the
/// times since 1970. Unknown fields are skipped, so that later versions can say more.
///
/// @param member the signer
/// @param key the instance's key
/// @param notBefore never before the certificate's
/// @param notAfter never after the certificate's
/// @param certificate the signer's
public record Statement(
        Member member, InstancePublicKey key, Instant notBefore, Instant notAfter, X509Certificate certificate) {

    public NodeId nodeId() {
        return key.nodeId();
    }

    /// Makes a statement that is valid as long as the identity's certificate.
    ///
    /// @return the compact JWS, well under 16 KiB
    public static String sign(Identity identity, InstancePublicKey key) {
        ObjectNode payload = Jws.STRICT_JSON.createObjectNode();
        payload.put("member", identity.member().uri());
        payload.put("key", Base64.getUrlEncoder().withoutPadding().encodeToString(key.raw()));
        payload.put("notBefore", identity.notBefore().getEpochSecond());
        payload.put("notAfter", identity.notAfter().getEpochSecond());
        return Jws.sign(identity, Jws.STRICT_JSON.writeValueAsBytes(payload));
    }

    /// @param compact as [#sign] made it, of any length
    /// @throws Rejected if it is not currently a valid statement of a member of this mesh
    public static Statement verify(String compact, MeshTrust trust) throws Rejected {
        Jws jws = Jws.verify(compact, trust);
        JsonNode payload = Jws.json(jws.payload(), "payload");
        if (!jws.signer().uri().equals(payload.path("member").stringValue(null))) {
            throw new Rejected(
                    Reason.WRONG_MEMBER, "it speaks of another member than " + jws.signer() + ", who signed");
        }
        Statement statement = new Statement(
                jws.signer(),
                key(payload.path("key")),
                instant(payload.path("notBefore"), "notBefore"),
                instant(payload.path("notAfter"), "notAfter"),
                jws.certificate());
        statement.requireValid(trust.now().toInstant());
        return statement;
    }

    private void requireValid(Instant now) throws Rejected {
        if (notBefore.isBefore(certificate.getNotBefore().toInstant())
                || notAfter.isAfter(certificate.getNotAfter().toInstant())) {
            throw new Rejected(Reason.MALFORMED, "it claims validity outside its certificate's");
        }
        if (now.isBefore(notBefore)) {
            throw new Rejected(
                    Reason.NOT_YET_VALID, "the statement of " + member + " is valid from " + notBefore + " only");
        }
        if (now.isAfter(notAfter)) {
            throw new Rejected(Reason.EXPIRED, "the statement of " + member + " expired at " + notAfter);
        }
    }

    private static InstancePublicKey key(JsonNode value) throws Rejected {
        try {
            return InstancePublicKey.ofRaw(Jws.decoded(value.stringValue(""), "key"));
        } catch (IllegalArgumentException e) {
            throw new Rejected(Reason.MALFORMED, "its key is not an Ed25519 public key");
        }
    }

    private static Instant instant(JsonNode value, String name) throws Rejected {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw new Rejected(Reason.MALFORMED, "its " + name + " is not a number of seconds");
        }
        try {
            return Instant.ofEpochSecond(value.longValue());
        } catch (DateTimeException e) {
            throw new Rejected(Reason.MALFORMED, "its " + name + " is out of range");
        }
    }
}

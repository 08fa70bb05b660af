package io.hikyaku.identity;

import io.hikyaku.identity.Rejected.Reason;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Something that a member signed with its certificate's key: a JSON Web Signature in compact form (RFC 7515) with
/// algorithm `ES256` and the chain in `x5c`, so that a reader needs nothing but its own mesh's trust.
///
/// Only the chain identifies the signer. `kid`, `jwk`, `jku` and `x5u` are ignored, `crit` is refused, and the
/// algorithm is never taken from the header: it is fixed, and the header must agree.
///
/// @param signer the member that the chain proves
/// @param certificate the signer's own
/// @param payload what was signed; the array is the holder's
public record Jws(Member signer, X509Certificate certificate, byte[] payload) {
    /// The longest compact form that is read or written, in characters (each one byte on the wire).
    static final int MAX_CHARS = 16 << 10;

    /// The value of the header's `typ`: what is signed is a [Statement].
    private static final String TYPE = "hikyaku-statement+jws";

    /// For everything that a peer signed or claims to have: duplicates, depth, length and trailing bytes are
    /// checked.
    static final JsonMapper STRICT_JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(4)
                            .maxNumberLength(20)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final String ALGORITHM = "ES256";
    private static final String JCA_ALGORITHM = "SHA256withECDSAinP1363Format";
    private static final int SIGNATURE_BYTES = 64;
    private static final int MAX_HEADER_CHARS = 15 << 10;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    /// Signs with the identity's key.
    ///
    /// @return the compact form
    /// @throws IllegalArgumentException if that would be longer than [#MAX_CHARS]
    public static String sign(Identity identity, byte[] payload) {
        String signed = ENCODER.encodeToString(header(identity)) + "." + ENCODER.encodeToString(payload);
        try {
            Signature signature = Signature.getInstance(JCA_ALGORITHM);
            signature.initSign(identity.key());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            String compact = signed + "." + ENCODER.encodeToString(signature.sign());
            if (compact.length() > MAX_CHARS) {
                throw new IllegalArgumentException("a " + TYPE + " of " + compact.length()
                        + " characters is longer than the allowed " + MAX_CHARS);
            }
            return compact;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("signing as " + identity.member() + " failed", e);
        }
    }

    /// Checks form, type, chain and signature, in this order.
    ///
    /// @throws Rejected if anything is not as [#sign] would have made it, or the chain does not prove a member now
    public static Jws verify(String compact, MeshTrust trust) throws Rejected {
        if (compact.length() > MAX_CHARS) {
            throw new Rejected(Reason.TOO_LARGE, "longer than the " + MAX_CHARS + " characters of a " + TYPE);
        }
        int first = compact.indexOf('.');
        int second = compact.indexOf('.', first + 1);
        if (first < 0 || second < 0 || compact.indexOf('.', second + 1) >= 0) {
            throw new Rejected(Reason.MALFORMED, "not the three parts of a compact JWS");
        }
        if (first > MAX_HEADER_CHARS) {
            throw new Rejected(Reason.TOO_LARGE, "its header is longer than " + MAX_HEADER_CHARS + " characters");
        }
        List<X509Certificate> chain = chainIn(compact.substring(0, first));
        byte[] payload = decoded(compact.substring(first + 1, second), "payload");
        byte[] signature = decoded(compact.substring(second + 1), "signature");
        Member signer = trust.verify(chain);
        requireSignature(chain.getFirst(), compact.substring(0, second), signature);
        return new Jws(signer, chain.getFirst(), payload);
    }

    @Override
    public String toString() {
        return "Jws[" + payload.length + " bytes by " + signer + "]";
    }

    private static byte[] header(Identity identity) {
        ObjectNode header = STRICT_JSON.createObjectNode();
        header.put("alg", ALGORITHM).put("typ", TYPE);
        ArrayNode x5c = header.putArray("x5c");
        try {
            for (X509Certificate certificate : identity.chain()) {
                x5c.add(Base64.getEncoder().encodeToString(certificate.getEncoded()));
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("the certificates of " + identity.member() + " cannot be encoded", e);
        }
        return STRICT_JSON.writeValueAsBytes(header);
    }

    private static List<X509Certificate> chainIn(String encodedHeader) throws Rejected {
        JsonNode header = json(decoded(encodedHeader, "header"), "header");
        if (!TYPE.equals(header.path("typ").stringValue(null))) {
            throw new Rejected(Reason.UNSUPPORTED, "its type is not " + TYPE);
        }
        if (!ALGORITHM.equals(header.path("alg").stringValue(null))) {
            throw new Rejected(Reason.UNSUPPORTED, "its algorithm is not " + ALGORITHM);
        }
        if (header.has("crit")) {
            throw new Rejected(Reason.UNSUPPORTED, "it has critical header parameters");
        }
        JsonNode x5c = header.path("x5c");
        if (!x5c.isArray() || x5c.isEmpty()) {
            throw new Rejected(Reason.MALFORMED, "its header has no x5c");
        }
        if (x5c.size() > MeshTrust.MAX_CHAIN) {
            throw new Rejected(Reason.TOO_LARGE, "its chain has more than " + MeshTrust.MAX_CHAIN + " certificates");
        }
        List<X509Certificate> chain = new ArrayList<>(x5c.size());
        for (JsonNode certificate : x5c) {
            chain.add(certificate(certificate.stringValue("")));
        }
        return chain;
    }

    private static X509Certificate certificate(String base64) throws Rejected {
        try {
            return Pem.certificate(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException | CertificateException e) {
            throw new Rejected(Reason.MALFORMED, "a certificate in its x5c cannot be read");
        }
    }

    private static void requireSignature(X509Certificate certificate, String signed, byte[] signature) throws Rejected {
        if (signature.length != SIGNATURE_BYTES) {
            throw new Rejected(Reason.BAD_SIGNATURE, "its signature has not " + SIGNATURE_BYTES + " bytes");
        }
        boolean good;
        try {
            Signature verifier = Signature.getInstance(JCA_ALGORITHM);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(signed.getBytes(StandardCharsets.US_ASCII));
            good = verifier.verify(signature);
        } catch (SignatureException | InvalidKeyException e) {
            good = false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + JCA_ALGORITHM, e);
        }
        if (!good) {
            throw new Rejected(Reason.BAD_SIGNATURE, "its signature does not verify");
        }
    }

    /// An object, strictly read.
    static JsonNode json(byte[] bytes, String what) throws Rejected {
        try {
            JsonNode node = STRICT_JSON.readTree(bytes);
            if (node.isObject()) {
                return node;
            }
        } catch (JacksonException e) {
            // The message would quote foreign bytes.
        }
        throw new Rejected(Reason.MALFORMED, "its " + what + " is not one strict JSON object");
    }

    /// Base64url as RFC 7515 section 2 has it: no padding, no other characters, and one spelling only.
    static byte[] decoded(String text, String what) throws Rejected {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(text);
            if (ENCODER.encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new Rejected(Reason.MALFORMED, "its " + what + " is not base64url");
    }
}

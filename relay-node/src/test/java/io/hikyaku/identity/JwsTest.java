package io.hikyaku.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.identity.Rejected.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Signing, and everything that is not a signature of ours.
class JwsTest {

    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
    private static final byte[] PAYLOAD = bytes("{\"load\":1}");
    private static final int MUTATIONS = 2000;

    @TempDir
    private static Path directory;

    private static Identity osaka;
    private static Identity foreign;
    private static String good;

    @BeforeAll
    static void sign() throws Exception {
        osaka = TestCertificates.identity(directory, Member.cluster("demo", "osaka"), TestCertificates.CLOCK);
        foreign = TestCertificates.identity(
                directory.resolve("elsewhere"), Member.cluster("demo", "osaka"), TestCertificates.CLOCK);
        good = Jws.sign(osaka, PAYLOAD);
    }

    @Test
    void provesTheSignerAndGivesThePayload() throws Rejected {
        // When
        Jws jws = Jws.verify(good, osaka.trust());

        // Then
        assertEquals(osaka.member(), jws.signer());
        assertEquals(osaka.certificate(), jws.certificate());
        assertArrayEquals(PAYLOAD, jws.payload());
    }

    @Test
    void signsAsAnyOtherLibraryWould() throws Exception {
        // Given
        String signed = good.substring(0, good.lastIndexOf('.'));
        byte[] signature = Base64.getUrlDecoder().decode(good.substring(good.lastIndexOf('.') + 1));
        Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");

        // When
        verifier.initVerify(osaka.certificate().getPublicKey());
        verifier.update(bytes(signed));

        // Then
        assertEquals(true, verifier.verify(signature));
        assertEquals(
                "{\"alg\":\"ES256\",\"typ\":\"hikyaku-statement+jws\",\"x5c\":[\""
                        + Base64.getEncoder().encodeToString(osaka.certificate().getEncoded()) + "\"]}",
                text(Base64.getUrlDecoder().decode(good.substring(0, good.indexOf('.')))));
    }

    @Test
    void carriesAPayloadOfTheGreatestSizeAndNoLarger() throws Rejected {
        // Given
        int overhead = good.length() - URL.encodeToString(PAYLOAD).length();
        byte[] largest = new byte[(Jws.MAX_CHARS - overhead) * 3 / 4];

        // When
        Jws jws = Jws.verify(Jws.sign(osaka, largest), osaka.trust());

        // Then
        assertEquals(largest.length, jws.payload().length);
        assertThrows(IllegalArgumentException.class, () -> Jws.sign(osaka, new byte[largest.length + 1]));
    }

    @Test
    void refusesToParseMoreThanAllowed() {
        assertEquals(Reason.TOO_LARGE, rejection("x".repeat(Jws.MAX_CHARS + 1)));
        assertEquals(Reason.MALFORMED, rejection("x".repeat(Jws.MAX_CHARS)));
        assertEquals(Reason.TOO_LARGE, rejection("x".repeat((15 << 10) + 1) + "..")); // a header alone
    }

    @Test
    void refusesAChangedPayload() {
        String[] parts = good.split("\\.");
        assertEquals(
                Reason.BAD_SIGNATURE,
                rejection(parts[0] + "." + URL.encodeToString(bytes("{\"load\":2}")) + "." + parts[2]));
    }

    @Test
    void refusesTheSignatureThatVerifiesEverythingElsewhere() {
        // r = s = 0, which some libraries took for valid
        assertEquals(Reason.BAD_SIGNATURE, rejection(withSignature(new byte[64])));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 65, 72})
    void refusesASignatureOfAnotherLength(int length) {
        assertEquals(Reason.BAD_SIGNATURE, rejection(withSignature(new byte[length])));
    }

    @Test
    void refusesASignatureInDer() throws Exception {
        // Given
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(osaka.key());
        signer.update(bytes(good.substring(0, good.lastIndexOf('.'))));

        // When, then
        assertEquals(Reason.BAD_SIGNATURE, rejection(withSignature(signer.sign())));
    }

    @Test
    void refusesASignerUnderAnotherAuthority() {
        assertEquals(Reason.UNTRUSTED, rejection(Jws.sign(foreign, PAYLOAD)));
    }

    @Test
    void refusesAnothersSignatureUnderOurCertificate() {
        assertEquals(Reason.BAD_SIGNATURE, rejection(signedBy(foreign, header("", x5c(osaka)))));
    }

    @Test
    void takesNoKeyFromTheHeader() {
        // Given: the signer's own key, offered beside somebody else's certificate
        ECPublicKey key = (ECPublicKey) foreign.certificate().getPublicKey();
        String x = URL.encodeToString(key.getW().getAffineX().toByteArray());
        String y = URL.encodeToString(key.getW().getAffineY().toByteArray());
        String jwk = ",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" + x + "\",\"y\":\"" + y + "\"}";

        // When, then
        assertEquals(Reason.BAD_SIGNATURE, rejection(signedBy(foreign, header(jwk, x5c(osaka)))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "HS256", "RS256", "ES384", "ES512", "EdDSA", "es256", ""})
    void refusesAnotherAlgorithm(String algorithm) {
        String header = header("", x5c(osaka)).replace("ES256", algorithm);
        assertEquals(Reason.UNSUPPORTED, rejection(signedBy(osaka, header)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MALFORMED   | {}{}",
                "UNSUPPORTED | {}",
                "MALFORMED   | []",
                "MALFORMED   | null",
                "MALFORMED   | {'alg':'none','alg':'ES256','typ':'hikyaku-statement+jws','x5c':X5C}",
                "MALFORMED   | {'alg':'ES256','typ':'hikyaku-statement+jws','x5c':X5C,'x5c':X5C}",
                "UNSUPPORTED | {'alg':'ES256','typ':'hikyaku-statement+jws','x5c':X5C,'crit':['exp'],'exp':1}",
                "UNSUPPORTED | {'alg':'ES256','typ':'hikyaku-statement+jws','x5c':X5C,'crit':[]}",
                "UNSUPPORTED | {'alg':'ES256','typ':'hikyaku-statement+jws','x5c':X5C,'crit':['b64'],'b64':false}",
                "UNSUPPORTED | {'alg':'ES256','typ':'JWT','x5c':X5C}",
                "UNSUPPORTED | {'alg':'ES256','typ':'hikyaku-document+jws','x5c':X5C}",
                "UNSUPPORTED | {'alg':'ES256','x5c':X5C}",
                "UNSUPPORTED | {'alg':['ES256'],'typ':'hikyaku-statement+jws','x5c':X5C}",
                "MALFORMED   | {'alg':'ES256','typ':'hikyaku-statement+jws'}",
                "MALFORMED   | {'alg':'ES256','typ':'hikyaku-statement+jws','x5c':[]}",
                "MALFORMED   | {'alg':'ES256','typ':'hikyaku-statement+jws','x5c':{}}",
                "MALFORMED   | {'alg':'ES256','typ':'hikyaku-statement+jws','x5c':[1]}",
                "MALFORMED   | {'alg':'ES256','typ':'hikyaku-statement+jws','x5c':['!']}",
                "MALFORMED   | {'alg':'ES256','typ':'hikyaku-statement+jws','x5c':['AAAA']}",
                "TOO_LARGE   | {'alg':'ES256','typ':'hikyaku-statement+jws','x5c':['','','','','','']}",
                "MALFORMED   | {'alg':'ES256','typ':'hikyaku-statement+jws','x5c':X5C,'y':[[[[[1]]]]]}",
            })
    void refusesAHeader(Reason reason, String header) {
        String json = header.replace("X5C", x5c(osaka)).replace('\'', '"');
        assertEquals(reason, rejection(signedBy(osaka, json)));
    }

    @Test
    void skipsHeaderParametersThatItDoesNotKnow() throws Rejected {
        // Given
        String later = signedBy(osaka, header(",\"later\":{\"x\":[1]}", x5c(osaka)));

        // When
        Jws jws = Jws.verify(later, osaka.trust());

        // Then
        assertEquals(osaka.member(), jws.signer());
    }

    @Test
    void refusesAnythingButThreeParts() {
        String[] parts = good.split("\\.");
        assertEquals(Reason.MALFORMED, rejection(""));
        assertEquals(Reason.MALFORMED, rejection(parts[0]));
        assertEquals(Reason.MALFORMED, rejection(parts[0] + "." + parts[1]));
        assertEquals(Reason.MALFORMED, rejection(good + "."));
        assertEquals(Reason.MALFORMED, rejection(good + "." + parts[2]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"=", "==", " ", "\n", "+", "ö"})
    void refusesASecondSpelling(String appended) {
        assertEquals(Reason.MALFORMED, rejection(good + appended));
    }

    @Test
    void refusesEveryMutation() {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int i = 0; i < MUTATIONS; i++) {
            // Given
            StringBuilder mutated = new StringBuilder(good);
            int at = random.nextInt(good.length());
            char other = (char) random.nextInt(128);
            if (other == good.charAt(at)) {
                continue;
            }
            mutated.setCharAt(at, other);

            // When, then: nothing but a rejection
            assertThrows(
                    Rejected.class,
                    () -> Jws.verify(mutated.toString(), osaka.trust()),
                    () -> "-Dseed=" + seed + ": " + mutated);
        }
    }

    @Test
    void doesNotShowThePayload() throws Rejected {
        assertFalse(Jws.verify(good, osaka.trust()).toString().contains("load"));
    }

    private static Reason rejection(String compact) {
        return assertThrows(Rejected.class, () -> Jws.verify(compact, osaka.trust()))
                .reason();
    }

    private static String withSignature(byte[] signature) {
        return good.substring(0, good.lastIndexOf('.') + 1) + URL.encodeToString(signature);
    }

    private static String header(String more, String x5c) {
        return "{\"alg\":\"ES256\",\"typ\":\"hikyaku-statement+jws\",\"x5c\":" + x5c + more + "}";
    }

    private static String x5c(Identity identity) {
        try {
            return "[\""
                    + Base64.getEncoder().encodeToString(identity.certificate().getEncoded()) + "\"]";
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /// A JWS with a valid signature and any header.
    static String signedBy(Identity identity, String header) {
        try {
            String signed = URL.encodeToString(bytes(header)) + "." + URL.encodeToString(PAYLOAD);
            Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
            signer.initSign(identity.key());
            signer.update(bytes(signed));
            return signed + "." + URL.encodeToString(signer.sign());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

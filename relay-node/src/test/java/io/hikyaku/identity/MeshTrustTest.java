package io.hikyaku.identity;

import static io.hikyaku.identity.TestCertificates.CLOCK;
import static io.hikyaku.identity.TestCertificates.NOW;
import static io.hikyaku.identity.TestCertificates.certificate;
import static io.hikyaku.identity.TestCertificates.dns;
import static io.hikyaku.identity.TestCertificates.ecKeys;
import static io.hikyaku.identity.TestCertificates.rsaKeys;
import static io.hikyaku.identity.TestCertificates.uri;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.identity.Rejected.Reason;
import io.hikyaku.identity.TestCertificates.Issued;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What proves a member and what does not: each way of confusing identities with certificates has its case.
class MeshTrustTest {

    private static final Issued CA = TestCertificates.authority("demo");
    private static final Issued OTHER_CA = TestCertificates.authority("other");
    private static final Issued OSAKA = certificate().by(CA);

    private final MeshTrust trust = new MeshTrust("demo", List.of(CA.certificate()), CLOCK);

    @Test
    void acceptsAMemberOfThisMesh() throws Rejected {
        assertEquals(Member.cluster("demo", "osaka"), trust.verify(List.of(OSAKA.certificate())));
    }

    @Test
    void acceptsTheAuthorityItselfAtTheEndOfTheChain() throws Rejected {
        assertEquals(Member.cluster("demo", "osaka"), trust.verify(List.of(OSAKA.certificate(), CA.certificate())));
    }

    @Test
    void acceptsAPathOverAnIntermediateAuthority() throws Rejected {
        // Given
        Issued intermediate = intermediate().by(CA);
        Issued leaf = certificate().by(intermediate);

        // When
        Member member = trust.verify(List.of(leaf.certificate(), intermediate.certificate()));

        // Then
        assertEquals(Member.cluster("demo", "osaka"), member);
    }

    @Test
    void aRelayIsNotAClusterOfItsName() throws Rejected {
        // Given
        Issued relay = certificate().names(uri("spiffe://demo/relay/osaka")).by(CA);

        // When
        Member member = trust.verify(List.of(relay.certificate()));

        // Then
        assertEquals(Member.relay("demo", "osaka"), member);
        assertNotEquals(Member.cluster("demo", "osaka"), member);
    }

    static Stream<Arguments> spoiled() {
        return Stream.of(
                refused(
                        "two URIs",
                        Reason.NOT_A_MEMBER,
                        certificate().names(uri("spiffe://demo/cluster/osaka"), uri("spiffe://demo/cluster/tokyo"))),
                refused(
                        "one URI twice",
                        Reason.NOT_A_MEMBER,
                        certificate().names(uri("spiffe://demo/cluster/osaka"), uri("spiffe://demo/cluster/osaka"))),
                refused(
                        "a URI and a host name",
                        Reason.NOT_A_MEMBER,
                        certificate().names(uri("spiffe://demo/cluster/osaka"), dns("osaka.example"))),
                refused(
                        "a host name and a URI",
                        Reason.NOT_A_MEMBER,
                        certificate().names(dns("osaka.example"), uri("spiffe://demo/cluster/osaka"))),
                refused("a host name only", Reason.NOT_A_MEMBER, certificate().names(dns("osaka.example"))),
                refused(
                        "the URI as a host name",
                        Reason.NOT_A_MEMBER,
                        certificate().names(dns("spiffe://demo/cluster/osaka"))),
                refused(
                        "an e-mail address only",
                        Reason.NOT_A_MEMBER,
                        certificate().names(new GeneralName(GeneralName.rfc822Name, "osaka@demo"))),
                refused(
                        "the URI as common name only",
                        Reason.NOT_A_MEMBER,
                        certificate().commonName("spiffe://demo/cluster/osaka").names()),
                refused("a wildcard", Reason.NOT_A_MEMBER, certificate().names(uri("spiffe://demo/cluster/*"))),
                refused(
                        "a longer path",
                        Reason.NOT_A_MEMBER,
                        certificate().names(uri("spiffe://demo/cluster/osaka/x"))),
                refused(
                        "an encoded name",
                        Reason.NOT_A_MEMBER,
                        certificate().names(uri("spiffe://demo/cluster/%6fsaka"))),
                refused("the mesh itself", Reason.NOT_A_MEMBER, certificate().names(uri("spiffe://demo"))),
                refused("another mesh", Reason.OTHER_MESH, certificate().names(uri("spiffe://other/cluster/osaka"))),
                refused(
                        "an authority as a leaf",
                        Reason.WRONG_USE,
                        certificate().authorityItself()),
                refused("no digitalSignature", Reason.WRONG_USE, certificate().usage(KeyUsage.keyAgreement)),
                refused(
                        "keyCertSign",
                        Reason.WRONG_USE,
                        certificate().usage(KeyUsage.digitalSignature | KeyUsage.keyCertSign)),
                refused("no key usage", Reason.WRONG_USE, certificate().usage(0)),
                refused("no extended key usage", Reason.WRONG_USE, certificate().purposes()),
                refused("a client's only", Reason.WRONG_USE, certificate().purposes(KeyPurposeId.id_kp_clientAuth)),
                refused("a server's only", Reason.WRONG_USE, certificate().purposes(KeyPurposeId.id_kp_serverAuth)),
                refused("any purpose", Reason.WRONG_USE, certificate().purposes(KeyPurposeId.anyExtendedKeyUsage)),
                refused("an RSA key", Reason.WRONG_USE, certificate().keys(rsaKeys())),
                refused("a P-384 key", Reason.WRONG_USE, certificate().keys(ecKeys("secp384r1"))),
                refused(
                        "expired a second ago",
                        Reason.EXPIRED,
                        certificate().valid(NOW.minusSeconds(60), NOW.minusSeconds(1))),
                refused(
                        "valid from the next second",
                        Reason.NOT_YET_VALID,
                        certificate().valid(NOW.plusSeconds(1), NOW.plusSeconds(60))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spoiled")
    void refusesACertificateWith(String what, Reason reason, X509Certificate spoiled) {
        assertEquals(reason, rejection(trust, spoiled), what);
    }

    @Test
    void acceptsTheFirstAndTheLastSecondOfValidity() throws Rejected {
        // Given
        Issued fromNow = certificate().valid(NOW, NOW.plusSeconds(60)).by(CA);
        Issued untilNow = certificate().valid(NOW.minusSeconds(60), NOW).by(CA);

        // When, then
        assertEquals("osaka", trust.verify(List.of(fromNow.certificate())).name());
        assertEquals("osaka", trust.verify(List.of(untilNow.certificate())).name());
    }

    @Test
    void refusesOurNameUnderAnotherMeshsAuthority() {
        assertEquals(
                Reason.UNTRUSTED, rejection(trust, certificate().by(OTHER_CA).certificate()));
        assertEquals(
                Reason.UNTRUSTED, rejection(trust, certificate().by(OTHER_CA).certificate(), OTHER_CA.certificate()));
    }

    @Test
    void refusesAnAuthorityThatOnlyHasTheNameOfOurs() {
        // Given
        Issued namesake = TestCertificates.authority("demo");

        // When, then
        assertEquals(
                Reason.UNTRUSTED, rejection(trust, certificate().by(namesake).certificate()));
    }

    @Test
    void refusesWhatAMemberSignedAsIfItWereAnAuthority() {
        // Given
        Issued forged = certificate().names(uri("spiffe://demo/cluster/tokyo")).by(OSAKA);

        // When, then
        assertEquals(Reason.UNTRUSTED, rejection(trust, forged.certificate(), OSAKA.certificate()));
    }

    @Test
    void refusesAnExpiredIntermediate() {
        // Given
        Issued intermediate =
                intermediate().valid(NOW.minusSeconds(60), NOW.minusSeconds(1)).by(CA);
        Issued leaf = certificate().by(intermediate);

        // When, then
        assertEquals(Reason.EXPIRED, rejection(trust, leaf.certificate(), intermediate.certificate()));
    }

    @Test
    void refusesAMemberWhoseAuthorityHasEnded() {
        // Given
        InstantSource later = InstantSource.fixed(NOW.plus(Duration.ofDays(31)));
        Issued outliving =
                certificate().valid(NOW, NOW.plus(Duration.ofDays(60))).by(CA);
        MeshTrust then = new MeshTrust("demo", List.of(CA.certificate()), later);

        // When, then
        assertEquals(Reason.EXPIRED, rejection(then, outliving.certificate()));
    }

    @Test
    void refusesAChangedCertificate() throws Exception {
        // Given
        byte[] der = OSAKA.certificate().getEncoded();
        der[der.length - 1] ^= 1;

        // When, then
        assertEquals(Reason.UNTRUSTED, rejection(trust, Pem.certificate(der)));
    }

    @Test
    void refusesAnEmptyChain() {
        assertEquals(Reason.UNTRUSTED, rejection(trust));
    }

    @Test
    void readsAChainOfTheGreatestLengthAndNoLonger() {
        // Given
        X509Certificate[] longest = new X509Certificate[MeshTrust.MAX_CHAIN];
        Arrays.fill(longest, CA.certificate());
        longest[0] = OSAKA.certificate();
        List<X509Certificate> tooLong = Collections.nCopies(MeshTrust.MAX_CHAIN + 1, OSAKA.certificate());

        // When, then
        assertEquals(
                "osaka",
                assertDoesNotThrow(() -> trust.verify(List.of(longest))).name());
        assertEquals(Reason.TOO_LARGE, rejection(trust, tooLong.toArray(X509Certificate[]::new)));
    }

    private static TestCertificates intermediate() {
        return certificate()
                .commonName("intermediate")
                .names(uri("spiffe://demo"))
                .authorityItself()
                .usage(KeyUsage.keyCertSign)
                .purposes();
    }

    private static Arguments refused(String what, Reason reason, TestCertificates spoiled) {
        return Arguments.of(what, reason, spoiled.by(CA).certificate());
    }

    private static Reason rejection(MeshTrust trust, X509Certificate... chain) {
        return assertThrows(Rejected.class, () -> trust.verify(List.of(chain))).reason();
    }
}

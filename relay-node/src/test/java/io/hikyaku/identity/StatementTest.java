package io.hikyaku.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.identity.Rejected.Reason;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementTest {

    private static final InstanceKey KEY = InstanceKey.generate();

    @TempDir
    private static Path directory;

    private static Identity osaka;

    @BeforeAll
    static void issue() throws Exception {
        osaka = TestCertificates.identity(directory, Member.cluster("demo", "osaka"), TestCertificates.CLOCK);
    }

    @Test
    void saysWhoseInstanceItIs() throws Rejected {
        // When
        Statement statement = Statement.verify(Statement.sign(osaka, KEY.publicKey()), osaka.trust());

        // Then
        assertEquals(osaka.member(), statement.member());
        assertEquals(KEY.nodeId(), statement.nodeId());
        assertEquals(KEY.publicKey(), statement.key());
        assertEquals(osaka.notBefore(), statement.notBefore());
        assertEquals(osaka.notAfter(), statement.notAfter());
        assertEquals(osaka.certificate(), statement.certificate());
    }

    @Test
    void aRenewedCertificateChangesNoNodeId() throws Exception {
        // Given
        Identity renewed =
                TestCertificates.identity(directory, Member.cluster("demo", "osaka"), TestCertificates.CLOCK);

        // When
        Statement before = Statement.verify(Statement.sign(osaka, KEY.publicKey()), renewed.trust());
        Statement after = Statement.verify(Statement.sign(renewed, KEY.publicKey()), osaka.trust());

        // Then
        assertEquals(before.nodeId(), after.nodeId());
        assertTrue(!before.certificate().equals(after.certificate()));
    }

    @Test
    void endsWithItsCertificate() {
        // Given
        String statement = Statement.sign(osaka, KEY.publicKey());

        // When, then
        assertEquals(Reason.EXPIRED, rejection(statement, osaka.notAfter().plusSeconds(1)));
        assertEquals(
                Reason.NOT_YET_VALID, rejection(statement, osaka.notBefore().minusSeconds(1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "WRONG_MEMBER  | {'member':'spiffe://demo/cluster/tokyo','key':KEY,'notBefore':FROM,'notAfter':UNTIL}",
                "WRONG_MEMBER  | {'member':'spiffe://demo/relay/osaka','key':KEY,'notBefore':FROM,'notAfter':UNTIL}",
                "WRONG_MEMBER  | {'key':KEY,'notBefore':FROM,'notAfter':UNTIL}",
                "MALFORMED     | {'member':MEMBER,'notBefore':FROM,'notAfter':UNTIL}",
                "MALFORMED     | {'member':MEMBER,'key':'','notBefore':FROM,'notAfter':UNTIL}",
                "MALFORMED     | {'member':MEMBER,'key':'AAAA','notBefore':FROM,'notAfter':UNTIL}",
                "MALFORMED     | {'member':MEMBER,'key':[KEY],'notBefore':FROM,'notAfter':UNTIL}",
                "MALFORMED     | {'member':MEMBER,'key':KEY,'notAfter':UNTIL}",
                "MALFORMED     | {'member':MEMBER,'key':KEY,'notBefore':FROM}",
                "MALFORMED     | {'member':MEMBER,'key':KEY,'notBefore':'0','notAfter':UNTIL}",
                "MALFORMED     | {'member':MEMBER,'key':KEY,'notBefore':FROM,'notAfter':1e400}",
                "MALFORMED     | {'member':MEMBER,'key':KEY,'notBefore':FROM,'notAfter':9223372036854775807}",
                "MALFORMED     | {'member':MEMBER,'key':KEY,'notBefore':FROM,'notAfter':9223372036854775808}",
                "MALFORMED     | {'member':MEMBER,'key':KEY,'notBefore':FROM,'notAfter':UNTIL9}",
                "MALFORMED     | {'member':MEMBER,'key':KEY,'notBefore':0,'notAfter':UNTIL}",
                "NOT_YET_VALID | {'member':MEMBER,'key':KEY,'notBefore':UNTIL,'notAfter':UNTIL}",
                "EXPIRED       | {'member':MEMBER,'key':KEY,'notBefore':FROM,'notAfter':FROM}",
                "MALFORMED     | {'member':MEMBER,'member':MEMBER,'key':KEY,'notBefore':FROM,'notAfter':UNTIL}",
                "MALFORMED     | {'member':MEMBER,'key':KEY,'notBefore':FROM,'notAfter':UNTIL} {}",
                "MALFORMED     | [{'member':MEMBER,'key':KEY,'notBefore':FROM,'notAfter':UNTIL}]",
            })
    void refusesWhatAMemberSignedBut(Reason reason, String payload) {
        // Given
        String compact = Jws.sign(osaka, json(payload));

        // When, then
        assertEquals(reason, rejection(compact, TestCertificates.NOW));
    }

    @Test
    void skipsFieldsOfLaterVersions() throws Rejected {
        // Given
        String later = "{'member':MEMBER,'key':KEY,'notBefore':FROM,'notAfter':UNTIL,'prekey':{'x':[1]}}";

        // When
        Statement statement = Statement.verify(Jws.sign(osaka, json(later)), osaka.trust());

        // Then
        assertEquals(KEY.nodeId(), statement.nodeId());
    }

    @Test
    void isReadUpToSixteenKibibytes() {
        assertEquals(Reason.TOO_LARGE, rejection("x".repeat((16 << 10) + 1), TestCertificates.NOW));
    }

    private static Reason rejection(String compact, Instant now) {
        MeshTrust trust = new MeshTrust("demo", List.copyOf(osaka.trust().authorities()), InstantSource.fixed(now));
        return assertThrows(Rejected.class, () -> Statement.verify(compact, trust))
                .reason();
    }

    private static byte[] json(String template) {
        String key = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(KEY.publicKey().raw());
        return template.replace('\'', '"')
                .replace("MEMBER", "\"" + osaka.member() + "\"")
                .replace("KEY", "\"" + key + "\"")
                .replace("FROM", Long.toString(osaka.notBefore().getEpochSecond()))
                .replace("UNTIL", Long.toString(osaka.notAfter().getEpochSecond()))
                .getBytes(StandardCharsets.UTF_8);
    }
}

package io.hikyaku.kubernetes.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.identity.Member;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.kubernetes.check.CheckResult.Verdict;
import io.hikyaku.kubernetes.inspect.BridgeInstall;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class IdentityCheckTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final BridgeInstall INSTALL = new BridgeInstall("hikyaku", JSON.createObjectNode(), List.of());
    private static final Duration LIFETIME = Duration.ofDays(30);

    @TempDir
    private Path folder;

    @Test
    void anIdentityIsFineUntilItExpiresSoonAndThenNoLonger() throws Exception {
        // Given
        Instant now = Instant.now();
        ObjectNode secret = secret(now);

        // When
        Verdict fresh = verdict(secret, "tokyo", now);
        Verdict soon = verdict(
                secret, "tokyo", now.plus(LIFETIME).minus(IdentityCheck.SOON).plusSeconds(5));
        Verdict late = verdict(secret, "tokyo", now.plus(LIFETIME).plusSeconds(5));

        // Then
        assertEquals(List.of(Verdict.OK, Verdict.WARN, Verdict.FAIL), List.of(fresh, soon, late));
    }

    @Test
    void anIdentityOfAnotherClusterIsRefused() throws Exception {
        // Given
        Instant now = Instant.now();

        // When
        Verdict verdict = verdict(secret(now), "osaka", now);

        // Then
        assertEquals(Verdict.FAIL, verdict);
    }

    @Test
    void aSecretWithoutOneOfTheFilesOrWithSomethingElseIsRefused() throws Exception {
        // Given
        Instant now = Instant.now();
        ObjectNode lacking = secret(now);
        ObjectNode broken = lacking.deepCopy();
        lacking.withObject("data").remove("ca.crt");
        broken.withObject("data").put("tls.crt", "AAAA");

        // When
        Verdict withoutAuthority = verdict(lacking, "tokyo", now);
        Verdict withoutCertificate = verdict(broken, "tokyo", now);

        // Then
        assertEquals(List.of(Verdict.FAIL, Verdict.FAIL), List.of(withoutAuthority, withoutCertificate));
    }

    private static Verdict verdict(ObjectNode secret, String cluster, Instant now) {
        return IdentityCheck.of(secret, INSTALL, Optional.of(Member.cluster("prod", cluster)), now)
                .verdict();
    }

    private ObjectNode secret(Instant now) throws Exception {
        Path out = folder.resolve("tokyo");
        Authority.init("prod", folder.resolve("ca"), () -> now).issue(Member.cluster("prod", "tokyo"), out, LIFETIME);
        ObjectNode secret = JSON.createObjectNode();
        secret.putObject("metadata").put("name", "id");
        ObjectNode data = secret.putObject("data");
        for (String file : List.of("tls.crt", "tls.key", "ca.crt")) {
            data.put(file, Base64.getEncoder().encodeToString(Files.readAllBytes(out.resolve(file))));
        }
        return secret;
    }
}

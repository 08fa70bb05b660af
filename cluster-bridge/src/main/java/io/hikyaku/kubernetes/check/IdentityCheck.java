package io.hikyaku.kubernetes.check;

import io.hikyaku.identity.Member;
import io.hikyaku.identity.MemberCertificate;
import io.hikyaku.identity.Pem;
import io.hikyaku.identity.Rejected;
import io.hikyaku.kubernetes.inspect.BridgeInstall;
import io.hikyaku.kubernetes.inspect.RawApi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Whether the Secret with the bridge's identity is there, is of this cluster, and is valid for a while yet.
final class IdentityCheck {
    /// An identity is renewed before this is all that is left.
    static final Duration SOON = Duration.ofDays(7);

    private static final String IDENTITY = "identity";
    private static final List<String> FILES = List.of("tls.crt", "tls.key", "ca.crt");

    private IdentityCheck() {}

    static List<CheckResult> look(CheckedCluster cluster) throws IOException {
        BridgeInstall install = cluster.install().orElseThrow();
        Optional<String> secret = install.identitySecret();
        if (secret.isEmpty()) {
            return List.of(CheckResult.skipped(
                    IDENTITY, "the Deployment takes it from no Secret", "look where its volume identity comes from"));
        }
        Optional<Member> member = cluster.config().map(config -> Member.cluster(config.mesh(), config.cluster()));
        try {
            Optional<JsonNode> object =
                    cluster.api().get("/api/v1/namespaces/" + cluster.namespace() + "/secrets/" + secret.get());
            return List.of(object.map(found -> of(found, install, member, cluster.now()))
                    .orElseGet(() -> CheckResult.fail(
                            IDENTITY,
                            "there is no Secret " + secret.get(),
                            "hikyaku authority issue --cluster " + name(member) + " --out identity, then "
                                    + replace(install, secret.get()))));
        } catch (RawApi.Forbidden unseen) {
            return List.of(bySomePod(cluster));
        }
    }

    /// Whoever may not read Secrets can still learn the end from a running bridge.
    private static CheckResult bySomePod(CheckedCluster cluster) {
        return cluster.statuses().values().stream()
                .flatMap(status -> Stream.ofNullable(status.lifecycle()))
                .flatMap(lifecycle -> Stream.ofNullable(lifecycle.certificateNotAfter()))
                .flatMap(IdentityCheck::instant)
                .min(Instant::compareTo)
                .map(end -> end(end, cluster.now(), "the identity that a bridge uses", "renew it"))
                .orElseGet(() -> CheckResult.skipped(
                        IDENTITY, "you may not read Secrets", "ask with an identity that may read this one"));
    }

    private static Stream<Instant> instant(String text) {
        try {
            return Stream.of(Instant.parse(text));
        } catch (DateTimeParseException other) {
            return Stream.of();
        }
    }

    static CheckResult of(JsonNode secret, BridgeInstall install, Optional<Member> member, Instant now) {
        String name = secret.at("/metadata/name").asString("");
        List<String> lacking = new ArrayList<>();
        for (String file : FILES) {
            if (data(secret, install.identityKey(file)).isEmpty()) {
                lacking.add(install.identityKey(file));
            }
        }
        String renew =
                "hikyaku authority issue --cluster " + name(member) + " --out identity, then " + replace(install, name);
        if (!lacking.isEmpty()) {
            return CheckResult.fail(IDENTITY, "Secret " + name + " lacks " + String.join(", ", lacking), renew);
        }
        try {
            X509Certificate certificate = Pem.certificates(data(secret, install.identityKey("tls.crt")))
                    .getFirst();
            Member named = MemberCertificate.memberNamedBy(certificate);
            if (member.isPresent() && !member.get().equals(named)) {
                return CheckResult.fail(
                        IDENTITY,
                        "Secret " + name + " is of " + named.uri() + ", and the bridge is configured as "
                                + member.get().uri(),
                        "correct mesh and cluster of the configuration, or " + renew);
            }
            return end(certificate.getNotAfter().toInstant(), now, named.uri(), renew);
        } catch (GeneralSecurityException | Rejected unusable) {
            return CheckResult.fail(IDENTITY, "Secret " + name + ": " + unusable.getMessage(), renew);
        }
    }

    private static CheckResult end(Instant end, Instant now, String what, String renew) {
        if (!now.isBefore(end)) {
            return CheckResult.fail(IDENTITY, what + " has expired at " + end, renew);
        }
        Duration left = Duration.between(now, end);
        return left.compareTo(SOON) < 0
                ? CheckResult.warn(IDENTITY, what + " expires in " + left.toHours() + " hours, at " + end, renew)
                : CheckResult.ok(IDENTITY, what + ", until " + end);
    }

    private static String name(Optional<Member> member) {
        return member.map(Member::name).orElse("NAME");
    }

    private static String replace(BridgeInstall install, String secret) {
        return "kubectl -n " + install.namespace() + " create secret generic " + secret
                + " --from-file=identity --dry-run=client -o yaml | kubectl apply -f -";
    }

    private static String data(JsonNode secret, String key) {
        String encoded = Objects.requireNonNull(secret.path("data").path(key).asString(""));
        try {
            return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException broken) {
            return "";
        }
    }
}

package io.hikyaku.kubernetes.check;

import io.hikyaku.kubernetes.inspect.RawApi;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Whether the API server answers, and is new enough.
final class ApiServerCheck {
    private static final String CHECK = "API server";
    private static final Pattern MINOR = Pattern.compile("v?1\\.(\\d{1,4})\\b.*");
    private static final int OLDEST = 30;

    private ApiServerCheck() {}

    static CheckResult look(RawApi api) {
        try {
            JsonNode version = api.get("/version").orElseThrow(() -> new IOException("it knows no /version"));
            return of(version.path("gitVersion").asString("of unknown version"), api.address());
        } catch (IOException failed) {
            return CheckResult.fail(
                    CHECK,
                    String.valueOf(failed.getMessage()),
                    "see that kubectl version works with the same kubeconfig and context");
        }
    }

    static CheckResult of(String version, String address) {
        Matcher minor = MINOR.matcher(version);
        String found = "Kubernetes " + version + " at " + address;
        return minor.matches() && Integer.parseInt(minor.group(1)) < OLDEST
                ? CheckResult.warn(CHECK, found, "upgrade to Kubernetes 1." + OLDEST + " or later; older is not tried")
                : CheckResult.ok(CHECK, found);
    }
}

package io.hikyaku.kubernetes.mcs;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.hikyaku.config.kubernetes.CrdInstall;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The definitions of the API's types, of the release that we know. The API is shared by everything in a cluster that
/// uses it, and with a definition all of its objects go: so definitions are only ever added, or replaced by newer ones.
public final class McsCrds {
    private static final String FILE = "mcs-crds.yaml";
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    /// Of several bridges that start together each may be in the way of the others once or twice.
    private static final int ATTEMPTS = 5;

    private static final Pattern LABEL =
            Pattern.compile("(" + CrdRelease.VERSION + "|" + CrdRelease.REVISION + "): \"([^\"]*)\"");

    private final KubernetesClient client;
    private final List<String> installed = new ArrayList<>();
    private final List<String> updated = new ArrayList<>();
    private final List<String> findings = new ArrayList<>();

    /// How things stand.
    ///
    /// @param usable whether the API server serves both types now
    /// @param installed names of definitions that were missing
    /// @param updated names of definitions that were older
    /// @param findings what stands in the way, and what to do about it
    public record Outcome(boolean usable, List<String> installed, List<String> updated, List<String> findings) {
        public Outcome {
            installed = List.copyOf(installed);
            updated = List.copyOf(updated);
            findings = List.copyOf(findings);
        }
    }

    private McsCrds(KubernetesClient client) {
        this.client = client;
    }

    /// The definitions as people apply them by hand.
    public static String yaml() {
        try (InputStream file = McsCrds.class.getResourceAsStream(FILE)) {
            return new String(Objects.requireNonNull(file, FILE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The release of the definitions that we know.
    public static CrdRelease release() {
        Map<String, String> labels = new HashMap<>();
        Matcher lines = LABEL.matcher(yaml());
        while (lines.find()) {
            labels.put(lines.group(1), lines.group(2));
        }
        return CrdRelease.of(labels).orElseThrow();
    }

    /// Installs what is missing and replaces what is older, as far as that is wanted and allowed, and waits until
    /// the API server serves the types. Blocks. Any number of bridges may do this at once.
    ///
    /// @param patience for the waiting
    /// @throws KubernetesClientException if the API server cannot be reached, or fails
    public static Outcome ensure(KubernetesClient client, CrdInstall install, Duration patience) {
        return new McsCrds(client).ensure(install, patience);
    }

    private Outcome ensure(CrdInstall install, Duration patience) {
        List<CustomResourceDefinition> all = definitions();
        if (install == CrdInstall.IF_MISSING_OR_OLDER) {
            all.forEach(this::ensure);
        }
        long deadline = System.nanoTime() + patience.toNanos();
        List<String> lacking = lacking(all);
        // Nothing comes of waiting where nothing is on its way.
        while (!lacking.isEmpty()
                && findings.isEmpty()
                && install != CrdInstall.NEVER
                && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            lacking = lacking(all);
        }
        if (!lacking.isEmpty()) {
            findings.add("the API server does not serve " + String.join(" and ", lacking) + " in " + McsApi.GROUP
                    + (install == CrdInstall.NEVER ? ", and installing their definitions is switched off" : "") + "; "
                    + byHand());
        }
        return new Outcome(lacking.isEmpty(), installed, updated, findings);
    }

    private List<CustomResourceDefinition> definitions() {
        List<CustomResourceDefinition> all = new ArrayList<>();
        for (HasMetadata each : client.load(new ByteArrayInputStream(yaml().getBytes(StandardCharsets.UTF_8)))
                .items()) {
            all.add((CustomResourceDefinition) each);
        }
        return all;
    }

    private void ensure(CustomResourceDefinition ours) {
        String name = ours.getMetadata().getName();
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                CustomResourceDefinition present = client.resource(ours).get();
                if (present == null) {
                    client.resource(ours).create();
                    installed.add(name);
                } else if (release(ours).replaces(present)) {
                    client.resource(onto(present, ours)).update();
                    updated.add(name);
                }
                return;
            } catch (KubernetesClientException e) {
                switch (e.getCode()) {
                    // Somebody else was faster: what they left is looked at anew.
                    case HttpURLConnection.HTTP_CONFLICT, HttpURLConnection.HTTP_NOT_FOUND -> {}
                    case HttpURLConnection.HTTP_FORBIDDEN -> {
                        forbidden(name, e);
                        return;
                    }
                    case 422 -> {
                        findings.add("the API server refuses the definition " + name + ": " + e.getMessage());
                        return;
                    }
                    default -> throw e;
                }
            }
        }
        findings.add("somebody else keeps changing the definition " + name);
    }

    // What only may not be looked at may be there all the same, and then nothing is wrong.
    private void forbidden(String name, KubernetesClientException e) {
        if (!served().contains(plural(name))) {
            findings.add("not allowed to install the definition " + name + " (" + e.getMessage() + "); " + byHand());
        }
    }

    /// The same object with what we know in place of what it said, and what others wrote on it.
    private static CustomResourceDefinition onto(CustomResourceDefinition present, CustomResourceDefinition ours) {
        Map<String, String> labels = new HashMap<>(labels(present.getMetadata().getLabels()));
        labels.putAll(labels(ours.getMetadata().getLabels()));
        return present.edit()
                .editMetadata()
                .withLabels(labels)
                .endMetadata()
                .withSpec(ours.getSpec())
                .build();
    }

    private static Map<String, String> labels(@Nullable Map<String, String> labels) {
        return Objects.requireNonNullElse(labels, Map.of());
    }

    private static CrdRelease release(CustomResourceDefinition ours) {
        return CrdRelease.of(ours).orElseThrow();
    }

    private List<String> lacking(List<CustomResourceDefinition> all) {
        List<String> served = served();
        return all.stream()
                .map(each -> plural(each.getMetadata().getName()))
                .filter(each -> !served.contains(each))
                .toList();
    }

    /// By asking for the types themselves: everybody may do that, and an established definition shows there last.
    private List<String> served() {
        return McsApi.served(client)
                .map(api -> client.getApiResources(api.apiVersion()))
                .map(list ->
                        list.getResources().stream().map(each -> each.getName()).toList())
                .orElse(List.of());
    }

    private static String plural(String name) {
        return name.substring(0, name.indexOf('.'));
    }

    private static String byHand() {
        return "somebody who may has to apply the definitions of the Multi-Cluster Services API"
                + " (sigs.k8s.io/mcs-api, config/crd) with kubectl apply --server-side";
    }
}

package io.hikyaku.kubernetes.mcs;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The release that a definition says it is of, in two labels made for that.
///
/// @param rest such as `-rc1`, of what came before the release proper; empty for that itself
public record CrdRelease(int major, int minor, int patch, String rest, int revision) implements Comparable<CrdRelease> {
    public static final String VERSION = McsApi.GROUP + "/release-version";
    static final String REVISION = McsApi.GROUP + "/crd-schema-revision";

    private static final Pattern FORM = Pattern.compile("v?(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})(-[0-9A-Za-z.-]+)?");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,6}");
    private static final Comparator<CrdRelease> ORDER = Comparator.comparingInt(CrdRelease::major)
            .thenComparingInt(CrdRelease::minor)
            .thenComparingInt(CrdRelease::patch)
            .thenComparing(release -> release.rest.isEmpty())
            .thenComparing(CrdRelease::rest)
            .thenComparingInt(CrdRelease::revision);

    /// Whether this one may take the place of what a cluster has: that says nothing of its release, or an older
    /// one. What it says in a form that we do not know may be newer.
    boolean replaces(CustomResourceDefinition present) {
        return replaces(labels(present));
    }

    /// The same by the labels alone.
    public boolean replaces(Map<String, String> present) {
        if (!present.containsKey(VERSION)) {
            return true;
        }
        return of(present).filter(release -> release.compareTo(this) < 0).isPresent();
    }

    /// None if the labels are missing or of another form; a missing revision is the first.
    static Optional<CrdRelease> of(CustomResourceDefinition definition) {
        return of(labels(definition));
    }

    static Optional<CrdRelease> of(Map<String, String> labels) {
        Matcher version = FORM.matcher(labels.getOrDefault(VERSION, ""));
        String revision = labels.getOrDefault(REVISION, "0");
        if (!version.matches() || !NUMBER.matcher(revision).matches()) {
            return Optional.empty();
        }
        return Optional.of(new CrdRelease(
                Integer.parseInt(version.group(1)),
                Integer.parseInt(version.group(2)),
                Integer.parseInt(version.group(3)),
                Objects.requireNonNullElse(version.group(4), ""),
                Integer.parseInt(revision)));
    }

    /// Such as `v0.5.2`.
    @Override
    public String toString() {
        return "v" + major + "." + minor + "." + patch + rest + (revision == 0 ? "" : ", revision " + revision);
    }

    @Override
    public int compareTo(CrdRelease other) {
        return ORDER.compare(this, other);
    }

    private static Map<String, String> labels(CustomResourceDefinition definition) {
        return Objects.requireNonNullElse(definition.getMetadata().getLabels(), Map.of());
    }
}

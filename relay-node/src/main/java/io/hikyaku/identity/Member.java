package io.hikyaku.identity;

import java.util.regex.Pattern;

/// A member of a mesh, as the only URI in its certificate says: `spiffe://<mesh>/cluster/<name>` or
/// `spiffe://<mesh>/relay/<name>`. Mesh and name are DNS-1123 labels of at most 63 characters, so that a member has
/// exactly one spelling: nothing is decoded, folded or normalised.
///
/// @param mesh the mesh, which is also the trust domain
/// @param kind what the member is; a relay and a cluster of one name are two members
/// @param name unique in the mesh among members of that kind
public record Member(String mesh, Kind kind, String name) {

    /// What a member may be; the constant's [path][#path] is the URI's first segment.
    public enum Kind {
        CLUSTER("cluster"),
        RELAY("relay");

        private final String path;

        Kind(String path) {
            this.path = path;
        }

        /// The word in URIs, logs and configuration.
        public String path() {
            return path;
        }
    }

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    private static final String SCHEME = "spiffe://";
    private static final String SHAPE = SCHEME + "<mesh>/cluster/<name> or " + SCHEME + "<mesh>/relay/<name>";
    private static final int MAX_QUOTED = 200;

    /// @throws IllegalArgumentException if mesh or name is no DNS-1123 label
    public Member {
        requireLabel("mesh", mesh);
        requireLabel(kind.path(), name);
    }

    public static Member cluster(String mesh, String name) {
        return new Member(mesh, Kind.CLUSTER, name);
    }

    public static Member relay(String mesh, String name) {
        return new Member(mesh, Kind.RELAY, name);
    }

    /// Reads exactly what [#uri] writes.
    ///
    /// @throws IllegalArgumentException for anything else, saying what is wrong
    public static Member parse(String uri) {
        if (!uri.startsWith(SCHEME)) {
            throw new IllegalArgumentException(quoted(uri) + " is not " + SHAPE);
        }
        String[] parts = uri.substring(SCHEME.length()).split("/", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException(quoted(uri) + " is not " + SHAPE);
        }
        for (Kind kind : Kind.values()) {
            if (kind.path.equals(parts[1])) {
                return new Member(parts[0], kind, parts[2]);
            }
        }
        throw new IllegalArgumentException(quoted(uri) + " is not " + SHAPE);
    }

    public boolean isCluster() {
        return kind == Kind.CLUSTER;
    }

    public boolean isRelay() {
        return kind == Kind.RELAY;
    }

    /// The only spelling of this member.
    public String uri() {
        return SCHEME + mesh + "/" + kind.path + "/" + name;
    }

    @Override
    public String toString() {
        return uri();
    }

    public static void requireLabel(String what, String value) {
        if (!LABEL.matcher(value).matches()) {
            throw new IllegalArgumentException(what + " " + quoted(value)
                    + " is not a DNS-1123 label (1 to 63 of a-z, 0-9 and -, no - at either end)");
        }
    }

    /// Foreign text for a message: bounded, and without control characters that could forge log lines.
    static String quoted(String text) {
        String shown = text.length() <= MAX_QUOTED ? text : text.substring(0, MAX_QUOTED) + "…";
        return "\"" + shown.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", "?") + "\"";
    }
}

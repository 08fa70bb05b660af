package io.hikyaku.config.kubernetes;

/// Whether a bridge installs the custom resource definitions of the Multi-Cluster Services API.
public enum CrdInstall {
    /// Where they are missing, or of an older release.
    IF_MISSING_OR_OLDER("ifMissingOrOlder"),
    NEVER("never");

    private final String written;

    CrdInstall(String written) {
        this.written = written;
    }

    /// As written in files.
    @Override
    public String toString() {
        return written;
    }
}

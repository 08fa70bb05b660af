package io.hikyaku.service;

/// Whether calls to an imported port stay together.
public enum Affinity {
    /// Each call goes wherever it is best off.
    NONE("none"),
    /// Those of one client address stay with one target as long as it is there.
    CLIENT_IP("client-ip");

    private final String text;

    Affinity(String text) {
        this.text = text;
    }

    /// As written in files.
    @Override
    public String toString() {
        return text;
    }
}

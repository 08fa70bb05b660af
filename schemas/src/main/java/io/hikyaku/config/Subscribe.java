package io.hikyaku.config;

import java.util.Locale;

/// Which exports of other clusters a bridge is told about.
public enum Subscribe {
    /// All of them.
    ALL,
    /// Those of its imports, and what else comes along in the same parts of documents.
    IMPORTS;

    /// As written in files.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}

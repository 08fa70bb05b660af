package io.hikyaku.service;

import io.hikyaku.config.value.HostPort;

/// What a target's calls say in `Host` or `:authority`.
///
/// @param text `keep`: what the caller said; `target`: the target's own address; else this value
public record TargetHost(String text) {

    private static final String KEEP_TEXT = "keep";
    private static final String TARGET_TEXT = "target";

    public static final TargetHost KEEP = new TargetHost(KEEP_TEXT);

    public TargetHost {
        HostPort.parse(text, 0);
    }

    /// What a call to the target is to say.
    ///
    /// @param said by the caller
    public String authority(String said, Target target) {
        return switch (text) {
            case KEEP_TEXT -> said;
            case TARGET_TEXT -> target.authority();
            default -> text;
        };
    }

    @Override
    public String toString() {
        return text;
    }
}

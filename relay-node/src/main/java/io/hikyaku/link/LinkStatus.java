package io.hikyaku.link;

import org.jspecify.annotations.Nullable;

/// One link as the operator sees it, up or not.
///
/// @param name URL dialled, or listener and remote address
/// @param link the link while it is up
/// @param lastError why it is not up, or was not before
public record LinkStatus(
        String name,
        boolean dialled,
        @Nullable Link link,
        @Nullable String lastError) {}

package io.hikyaku.node.reload;

import java.io.IOException;

/// Puts a changed configuration in place while a program runs.
@FunctionalInterface
public interface ConfigTaker<C> {
    /// @param changed differs from the previous one only in keys that may change
    /// @throws IOException if that is not possible, in words for an operator; then everything is as it was
    void take(C changed) throws IOException, InterruptedException;
}

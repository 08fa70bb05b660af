package io.hikyaku.discovery;

import java.io.IOException;
import java.util.List;

/// Puts services in place while the bridge runs: the targets of its exports, the listeners of its imports, and what it
/// tells the mesh. Called by one thread at a time.
public interface ServiceTaker {
    /// Replaces what is in place by these, or changes nothing.
    ///
    /// @throws IOException if an address cannot be listened on
    /// @throws io.hikyaku.config.yaml.ConfigException if an export cannot be made
    void takeAll(DiscoveredServices services) throws IOException, InterruptedException;

    /// Replaces what is in place by these, without those that cannot be.
    ///
    /// @return what was left out and why, in words for an operator
    List<String> takeUsable(DiscoveredServices services) throws InterruptedException;
}

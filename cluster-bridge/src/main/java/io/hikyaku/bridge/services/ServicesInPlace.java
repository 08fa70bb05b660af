package io.hikyaku.bridge.services;

import io.hikyaku.bridge.shard.Shards;
import io.hikyaku.config.yaml.ConfigException;
import io.hikyaku.discovery.DiscoveredServices;
import io.hikyaku.discovery.ServiceTaker;
import io.hikyaku.wire.registry.NodeDocument.ExportedService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The services of a running bridge: targets on each event loop, listeners, and what the mesh is told. Everything is
/// made first; only then is anything put in place, and none of that can fail.
public final class ServicesInPlace implements ServiceTaker {
    private final Shards shards;
    private final Imports imports;
    private final OwnDocument ownDocument;
    private final Consumer<DiscoveredServices> announce;

    /// @param announce tells others what is exported now
    public ServicesInPlace(
            Shards shards, Imports imports, OwnDocument ownDocument, Consumer<DiscoveredServices> announce) {
        this.shards = shards;
        this.imports = imports;
        this.ownDocument = ownDocument;
        this.announce = announce;
    }

    @Override
    public void takeAll(DiscoveredServices services) throws IOException, InterruptedException {
        take(services, (port, reason) -> {
            throw reason;
        });
    }

    @Override
    public List<String> takeUsable(DiscoveredServices services) throws InterruptedException {
        List<String> left = new ArrayList<>();
        try {
            take(services, (port, reason) -> left.add(port + " is not offered: " + reason.getMessage()));
        } catch (ConfigException unusable) { // a file that an export names; what is in place stays
            unusable.findings().forEach(finding -> left.add(finding.path() + ": " + finding.message()));
        } catch (IOException impossible) {
            throw new IllegalStateException("Listeners that cannot be bound are left out", impossible);
        }
        return left;
    }

    private void take(DiscoveredServices services, Imports.Unbound unbound) throws IOException, InterruptedException {
        List<ExportedService> named = ownDocument.next(services.exports());
        Shards.NextExports exports = shards.makeExports(services.exports());
        boolean whole = false;
        try {
            imports.update(services.imports(), unbound); // the last step that can fail, itself all or nothing
            whole = true;
        } finally {
            if (!whole) {
                exports.discard();
            }
        }
        exports.use();
        ownDocument.export(named);
        announce.accept(services);
    }
}

package io.hikyaku.registry;

import io.hikyaku.config.limits.RegistryLimits;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.loop.VirtualTime;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.registry.NodeDocument;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A directory that knows nobody yet, two members whose documents it may be offered, and what its listeners heard.
abstract class DirectoryScene {
    static final NodeId SELF = new NodeId(1, 1);

    @TempDir
    Path folder;

    final VirtualTime time = new VirtualTime();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final List<String> events = new ArrayList<>();
    TestMember osaka;
    TestMember edge;
    Directory directory;

    @BeforeEach
    void start() throws Exception {
        Authority authority = TestMember.authority(folder.resolve("ca"), "demo");
        osaka = TestMember.cluster(authority, folder.resolve("osaka"), "osaka");
        edge = TestMember.cluster(authority, folder.resolve("edge"), "edge");
        directory = directory(RegistryLimits.DEFAULTS);
    }

    Directory directory(RegistryLimits limits) {
        Directory made = new Directory(SELF, osaka.identity::trust, limits, time, meters);
        made.addListener(new Directory.Listener() {
            @Override
            public void onLive(NodeDocument document) {
                events.add("live " + document.sequence());
            }

            @Override
            public void onGone(NodeId node) {
                events.add("gone");
            }
        });
        return made;
    }

    double refused(String reason) {
        return meters.get("hikyaku.registry.refused.documents")
                .tag("reason", reason)
                .counter()
                .count();
    }
}

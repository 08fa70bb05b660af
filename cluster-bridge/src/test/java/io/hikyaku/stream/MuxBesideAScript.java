package io.hikyaku.stream;

import io.hikyaku.channel.Identities;
import io.hikyaku.channel.handshake.LocalIdentity;
import io.hikyaku.net.NoLeaks;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// A [StreamMux] whose peer says what a test lets it say, new for each test.
@ExtendWith(NoLeaks.class)
abstract class MuxBesideAScript {
    @TempDir
    static Path directory;

    static LocalIdentity near;
    static LocalIdentity far;

    ScriptedPeer peer;

    @BeforeAll
    static void makeIdentities() throws Exception {
        Identities identities = new Identities("demo", directory);
        near = identities.cluster("near");
        far = identities.cluster("far");
    }

    @BeforeEach
    void connect() {
        peer = ScriptedPeer.with(near, far);
    }

    /// A stream that the mux opens.
    Recorder opens() {
        Recorder recorder = new Recorder();
        recorder.stream = peer.mux.open(Recorder.bytes("m"), recorder);
        peer.time.run(Duration.ofMillis(10));
        return recorder;
    }
}

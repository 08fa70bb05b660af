package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hikyaku.lab.Ports;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A bridge on a class path that lacks the Kubernetes client, and all that came with it.
@Timeout(180)
class WithoutKubernetesIT {
    private static final Pattern CLIENT = Pattern.compile("kubernetes-|zjsonpatch-|vertx-(web|auth|uri)-");
    private static final String MORE = "listen: [ \"tls://127.0.0.1:0\" ]\nlog: { level: error }\n";

    @TempDir
    private Path folder;

    @Test
    void runsAsLongAsItsConfigurationDoesNotSpeakOfKubernetes() throws Exception {
        assertEquals(BridgeOnClassPath.RAN, inside(config(MORE)));
    }

    private Path config(String more) throws Exception {
        try (Mesh mesh = new Mesh(folder)) {
            return mesh.bridgeFile("tokyo", mesh.clusterIdentity("tokyo"), Ports.free(), more);
        }
    }

    private static Object inside(Path file) throws Exception {
        return BridgeOnClassPath.without(jar -> CLIENT.matcher(jar).lookingAt(), file);
    }
}

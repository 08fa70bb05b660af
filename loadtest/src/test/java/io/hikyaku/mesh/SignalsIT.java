package io.hikyaku.mesh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.cli.Exit;
import io.hikyaku.lab.LocalMesh;
import io.hikyaku.lab.Ports;
import io.hikyaku.lab.Program;
import io.hikyaku.loop.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a bridge in a process of its own does with the signals of a process manager. It calls its own cluster's
/// service, which takes neither relay nor broker.
@Timeout(120)
class SignalsIT {
    private static final List<String> SMALL = List.of("-Xmx96m", "-XX:TieredStopAtLevel=1");
    private static final String LINE = "shop/line";
    private static final String MORE = "shop/more";

    private static Program bridge(LocalMesh mesh, ScriptedService service, int port) throws Exception {
        return mesh.bridge(
                "tokyo",
                "tokyo",
                List.of(),
                List.of(new LocalMesh.Export(LINE, 80, "tcp", "127.0.0.1:" + service.port())),
                List.of(new LocalMesh.Import(LINE, 80, port)),
                "listen: [ \"tls://127.0.0.1:0\" ]\nlimits: { drainTimeout: 1m }\n");
    }

    private static void signal(String name, Program program) throws Exception {
        int code = new ProcessBuilder("kill", "-" + name, Long.toString(program.pid()))
                .start()
                .waitFor();
        assertEquals(0, code);
    }

    private static boolean draining(Program program) throws Exception {
        return program.status().get("lifecycle").get("draining").asBoolean();
    }

    private static LocalMesh mesh() throws Exception {
        return LocalMesh.open("signals-" + ProcessHandle.current().pid(), SMALL);
    }

    @Test
    void theFirstSignalLetsCallsEndAndTheExitIsClean() throws Exception {
        int port = Ports.free();
        try (LocalMesh mesh = mesh();
                ScriptedService service = ScriptedService.following(Talk::giveBack)) {
            // Given
            Program bridge = bridge(mesh, service, port);
            try (Talk running = Talk.with(port)) {
                assertEquals("still", running.say("still").hear(5));

                // When
                signal("TERM", bridge);
                Await.until("it drains", () -> draining(bridge));

                // Then
                assertEquals("still", running.say("still").hear(5));
                running.sayEnd();
                assertEquals("", running.hearAll());
            }
            Await.until("it ends", () -> !bridge.isAlive());
            assertEquals(Exit.DONE, bridge.stop());
        }
    }

    @Test
    void theSecondSignalEndsTheProgramAtOnce() throws Exception {
        int port = Ports.free();
        try (LocalMesh mesh = mesh();
                ScriptedService service = ScriptedService.following(Talk::giveBack)) {
            // Given
            Program bridge = bridge(mesh, service, port);
            try (Talk running = Talk.with(port)) {
                assertEquals("still", running.say("still").hear(5));
                signal("TERM", bridge);
                Await.until("it drains", () -> draining(bridge));

                // When
                int code = bridge.stop();

                // Then
                assertEquals(Exit.FAILED, code);
                assertTrue(bridge.log().contains("a second time"), bridge.log());
            }
        }
    }

    @Test
    void aHangupHasTheConfigurationReadAgain() throws Exception {
        int port = Ports.free();
        int added = Ports.free();
        try (LocalMesh mesh = mesh();
                ScriptedService service = ScriptedService.following(Talk::giveBack)) {
            // Given
            Program bridge = bridge(mesh, service, port);
            Path file = mesh.folder().resolve("tokyo.yaml");
            String entry = "  - { service: %s, ports: [ { port: 80, listen: \"127.0.0.1:%d\", protocol: tcp } ] }\n"
                    .formatted(MORE, added);
            Files.writeString(file, Files.readString(file).replace("imports:\n", "imports:\n" + entry));

            // When
            signal("HUP", bridge);

            // Then
            Await.until("the new import is there", () -> bridge.log().contains(MORE + ":80 at 127.0.0.1:" + added));
            try (Talk running = Talk.with(port)) {
                assertEquals("still", running.say("still").hear(5));
            }
            assertEquals(Exit.DONE, bridge.stop());
        }
    }
}

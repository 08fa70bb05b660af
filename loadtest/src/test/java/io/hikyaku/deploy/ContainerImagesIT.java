package io.hikyaku.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hikyaku.deploy.ChartTool.Finished;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.issue.Authority;
import io.hikyaku.lab.ContainerBroker;
import io.hikyaku.loop.Await;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The images, built and run by the container engine of this machine as a cluster's nodes would run them.
@Tag("patient")
@Timeout(600)
class ContainerImagesIT {
    private static String engine = "";

    @TempDir
    private Path folder;

    @BeforeAll
    static void findAnEngine() {
        assumeTrue(ContainerBroker.available(), "no container engine");
        engine = Stream.of("podman", "docker")
                .filter(program -> Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(place -> Files.isExecutable(Path.of(place, program))))
                .findFirst()
                .orElse("");
        assumeTrue(!engine.isEmpty(), "an engine, but neither podman nor docker to talk to it");
    }

    @Test
    void theRelaysImageHoldsNoBridge() throws Exception {
        // Given
        String image = build("relay");

        // When
        String help = engine("run", "--rm", image, "--help").success();
        String jars = engine("run", "--rm", "--entrypoint", "ls", image, "/opt/hikyaku/lib")
                .success();

        // Then
        assertTrue(help.contains("\n  relay ") && !help.contains("\n  bridge "), help);
        assertTrue(jars.contains("hikyaku-relay-node") && !jars.contains("cluster-bridge"), jars);
    }

    @Test
    void theBridgesImageHoldsNoTestTools() throws Exception {
        // Given
        String image = build("bridge");

        // When
        String help = engine("run", "--rm", image, "--help").success();
        String jars = engine("run", "--rm", "--entrypoint", "ls", image, "/opt/hikyaku/lib")
                .success();

        // Then
        assertTrue(help.contains("\n  bridge ") && !help.contains("\n  demo "), help);
        assertTrue(!jars.contains("loadtest") && !jars.contains("-tests.jar") && !jars.contains("kafka_"), jars);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "relay"})
    void runsWithoutRootAndWithoutAWritableDiskAndEndsWhenTold(String program) throws Exception {
        // Given
        String image = build(program);
        Path etc = configuration(program);
        String container = engine(
                        "run",
                        "--detach",
                        "--read-only",
                        "--tmpfs=/tmp:rw,exec",
                        "--cap-drop=ALL",
                        "--security-opt=no-new-privileges",
                        "--memory=512m",
                        "--volume=" + etc + ":/etc/hikyaku:ro",
                        image)
                .success()
                .strip();
        try {
            // When
            String status = status(container);
            String user = engine("exec", container, "id", "-u").success().strip();
            engine("stop", "--time=30", container).success();

            // Then
            assertTrue(status.contains("of mesh prod"), status);
            assertEquals("65532", user);
            String exit =
                    engine("inspect", "--format={{.State.ExitCode}}", container).success();
            assertEquals("0", exit.strip());
        } finally {
            engine("rm", "--force", container);
        }
    }

    private static String status(String container) throws Exception {
        AtomicReference<String> status = new AtomicReference<>("");
        Await.until("the program answers", Duration.ofMinutes(2), () -> {
            Finished asked = engine("exec", container, "hikyaku", "status", "--admin", "localhost:9400");
            status.set(asked.out());
            Finished running = engine("inspect", "--format={{.State.Running}}", container);
            assertEquals("true", running.out().strip(), () -> logs(container));
            return asked.exit() == 0;
        });
        return status.get();
    }

    private static String logs(String container) {
        try {
            Finished logs = engine("logs", container);
            return logs.out() + logs.err();
        } catch (IOException | InterruptedException failure) {
            return failure.toString();
        }
    }

    /// The folders that a chart mounts, readable by everybody, since the container's user is nobody's here.
    private Path configuration(String program) throws Exception {
        Path etc = Files.createDirectories(folder.resolve("etc"));
        Path config = Files.createDirectories(etc.resolve("config"));
        Path identity = Files.createDirectories(etc.resolve("identity"));
        Authority authority = Authority.init("prod", folder.resolve("ca"), InstantSource.system());
        boolean bridge = program.equals("bridge");
        Member member = bridge ? Member.cluster("prod", "tokyo") : Member.relay("prod", "relay-1");
        authority.issue(member, identity, Duration.ofDays(1));
        Files.writeString(config.resolve(program + ".yaml"), """
                mesh: prod
                identity: { directory: /etc/hikyaku/identity }
                admin: { listen: "0.0.0.0:9400" }
                listen: [ "tls://0.0.0.0:7443" ]
                """ + (bridge ? "cluster: tokyo\n" : ""));
        try (Stream<Path> files = Files.walk(etc)) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(
                        file, PosixFilePermissions.fromString(Files.isDirectory(file) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
        return etc;
    }

    private static String build(String program) throws IOException, InterruptedException {
        String image = "hikyaku/" + program + ":test";
        String dockerfile =
                ChartTool.DEPLOY.resolve("docker/" + program + ".Dockerfile").toString();
        engine("build", "--quiet", "--tag", image, "--file", dockerfile, ChartTool.ROOT.toString())
                .success();
        return image;
    }

    private static Finished engine(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(engine));
        command.addAll(List.of(arguments));
        return ChartTool.run(command);
    }
}

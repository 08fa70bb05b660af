package io.hikyaku.deploy;

import io.hikyaku.lab.ContainerBroker;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// Images for the pods of the end-to-end tests, as podman builds them, since clusters load them from its store.
final class PodImage {
    static final String BRIDGE = "hikyaku/bridge:e2e";
    static final String SERVICES = "e2e/services:1";
    static final String REDIS = "e2e/redis:1";

    /// Left out, since the pods' programs do without.
    private static final Pattern NOT_NEEDED =
            Pattern.compile("(kafka|rocksdb|scala|hikyaku|kubernetes-|testcontainers|docker-java|logback|archunit).*");

    private PodImage() {}

    /// Skips the test where there is no podman.
    static void assume() {
        Assumptions.assumeTrue(ContainerBroker.available(), "no container engine");
        Assumptions.assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(place -> Files.isExecutable(Path.of(place, "podman"))),
                "no podman");
    }

    /// @param folder for what they are built from; empty
    static void buildAll(Path folder) throws Exception {
        build(BRIDGE, ChartTool.DEPLOY.resolve("docker/bridge.Dockerfile"), ChartTool.ROOT);
        build(REDIS, """
                FROM eclipse-temurin:25-jre
                RUN apt-get -q update && apt-get -q install -y --no-install-recommends redis-server
                ENTRYPOINT [ "redis-server", "--protected-mode", "no", "--save", "" ]
                """, Files.createDirectory(folder.resolve("redis")));
        Path services = Files.createDirectory(folder.resolve("services"));
        copyClassPath(Files.createDirectory(services.resolve("lib")));
        build(SERVICES, """
                FROM eclipse-temurin:25-jre
                COPY lib /app
                ENV JAVA_TOOL_OPTIONS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx96m -XX:-UsePerfData"
                ENTRYPOINT [ "java", "-cp", "/app/classes:/app/*", "%s" ]
                """.formatted(PodServices.class.getName()), services);
    }

    private static void build(String image, String dockerfile, Path context) throws Exception {
        build(image, Files.writeString(context.resolve("Dockerfile"), dockerfile), context);
    }

    private static void build(String image, Path dockerfile, Path context) throws Exception {
        ChartTool.run(List.of(
                        "podman",
                        "build",
                        "--quiet",
                        "--tag",
                        image,
                        "--file",
                        dockerfile.toString(),
                        context.toString()))
                .success();
    }

    private static void copyClassPath(Path to) throws IOException {
        for (String each : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path entry = Path.of(each);
            if (Files.isRegularFile(entry)
                    && !NOT_NEEDED.matcher(entry.getFileName().toString()).matches()) {
                Files.copy(entry, to.resolve(entry.getFileName().toString()));
            }
        }
        Path classes = Path.of(PodServices.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        Path ours = Path.of("io/hikyaku/deploy");
        Path folder = Files.createDirectories(to.resolve("classes").resolve(ours));
        try (Stream<Path> files = Files.list(classes.resolve(ours))) {
            for (Path file : new ArrayList<>(files.filter(Files::isRegularFile).toList())) {
                Files.copy(file, folder.resolve(file.getFileName().toString()));
            }
        }
    }
}

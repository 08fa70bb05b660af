package io.hikyaku.kubernetes.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hikyaku.kubernetes.client.ApiServer.Kubeconfig;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeTargetTest {
    private static final KubeTarget ANY = new KubeTarget(Optional.empty(), Optional.empty(), Optional.empty());

    @TempDir
    private Path folder;

    @Test
    void theFileOfTheOptionIsTakenBeforeAllOthers() throws Exception {
        // Given
        Path named = kubeconfig("named", "east");
        Path other = kubeconfig("other", "west");

        // When
        var server = new KubeTarget(Optional.of(named), Optional.empty(), Optional.empty())
                .server(Map.of("KUBECONFIG", other.toString()), folder);

        // Then
        assertEquals(new Kubeconfig(named, Optional.empty()), server);
    }

    @Test
    void ofSeveralFilesTheFirstWithTheContextCounts() throws Exception {
        // Given
        Path east = kubeconfig("a", "east");
        Path west = kubeconfig("b", "west");
        Map<String, String> variables =
                Map.of("KUBECONFIG", folder.resolve("none") + File.pathSeparator + east + File.pathSeparator + west);

        // When
        var server = new KubeTarget(Optional.empty(), Optional.of("west"), Optional.empty()).server(variables, folder);
        var current = ANY.server(variables, folder);

        // Then
        assertEquals(new Kubeconfig(west, Optional.of("west")), server);
        assertEquals(new Kubeconfig(east, Optional.empty()), current);
    }

    @Test
    void withoutAnythingElseTheFileInTheHomeFolderIsTaken() throws Exception {
        // Given
        Files.createDirectory(folder.resolve(".kube"));
        Path config = kubeconfig(".kube/config", "east");

        // When
        var server = ANY.server(Map.of(), folder);

        // Then
        assertEquals(new Kubeconfig(config, Optional.empty()), server);
    }

    @Test
    void whereThereIsNothingThatIsSaid() {
        // When
        IOException noPod = assertThrows(IOException.class, () -> ANY.server(Map.of(), folder));
        IOException noFile = assertThrows(
                IOException.class,
                () -> ANY.server(Map.of("KUBECONFIG", folder.resolve("none").toString()), folder));

        // Then
        assertEquals(true, String.valueOf(noPod.getMessage()).contains("name a kubeconfig file"));
        assertEquals(true, String.valueOf(noFile.getMessage()).contains("cannot read"));
    }

    private Path kubeconfig(String name, String context) throws IOException {
        return Files.writeString(folder.resolve(name), """
                apiVersion: v1
                kind: Config
                current-context: %1$s
                contexts: [{name: %1$s, context: {cluster: %1$s, user: %1$s}}]
                clusters: [{name: %1$s, cluster: {server: "https://127.0.0.1:1"}}]
                users: [{name: %1$s, user: {token: t}}]
                """.formatted(context));
    }
}

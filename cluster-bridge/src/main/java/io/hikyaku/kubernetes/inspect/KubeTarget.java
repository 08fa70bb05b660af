package io.hikyaku.kubernetes.inspect;

import io.hikyaku.kubernetes.client.ApiServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Which cluster a command is about, found as kubectl finds it.
///
/// @param kubeconfig a file; empty: those in the variable `KUBECONFIG`, or `.kube/config` in the home folder, or else
///     the service account of the pod that we run in
/// @param context of the file; empty: its current one
/// @param namespace that objects are in; empty: the context's
public record KubeTarget(Optional<Path> kubeconfig, Optional<String> context, Optional<String> namespace) {

    /// For this process and its user.
    ///
    /// @throws IOException if there is no such file or context
    public ApiServer server() throws IOException {
        return server(System.getenv(), Path.of(System.getProperty("user.home", ".")));
    }

    /// @param environment variables
    /// @param home folder of the user
    /// @throws IOException if there is no such file or context
    ApiServer server(Map<String, String> environment, Path home) throws IOException {
        List<Path> files = kubeconfig.map(List::of).orElseGet(() -> files(environment, home));
        if (files.isEmpty()) {
            return ApiServer.PodAccount.of(environment);
        }
        IOException first = null;
        for (Path file : files) {
            ApiServer server = new ApiServer.Kubeconfig(file, context);
            try {
                server.config();
                return server;
            } catch (IOException lacking) {
                first = first == null ? lacking : first;
            }
        }
        throw first == null ? new IOException("no kubeconfig file") : first;
    }

    /// Those that exist. Of several, the first one with the context counts, whole: they are not merged.
    private static List<Path> files(Map<String, String> environment, Path home) {
        String variable = environment.getOrDefault("KUBECONFIG", "");
        List<Path> files = new ArrayList<>();
        if (variable.isBlank()) {
            files.add(home.resolve(".kube").resolve("config"));
        } else {
            for (String each : variable.split(File.pathSeparator)) {
                if (!each.isBlank()) {
                    files.add(Path.of(each));
                }
            }
        }
        List<Path> there = files.stream().filter(Files::exists).toList();
        return there.isEmpty() && !variable.isBlank() ? files : there;
    }
}

package io.hikyaku.project;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// The files of the project, as somebody sees them who has just cloned it.
final class Project {
    private static final Set<String> NOT_OURS = Set.of("target", ".git", ".idea", ".vscode", ".hikyaku", "LICENSE");

    /// Tests run in the folder of their module.
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private Project() {}

    /// All files below the root, none that a build or an editor made.
    static List<Path> files() {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return ours(folder) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (ours(file) && attributes.isRegularFile()) {
                        found.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return found.stream().sorted().toList();
    }

    /// The Java sources, those of tests among them.
    static List<SourceFile> sources() {
        return files().stream()
                .filter(file -> file.toString().endsWith(".java"))
                .map(SourceFile::of)
                .toList();
    }

    /// What a person reads: the pages at the root and those in `docs`.
    static List<Path> documents() {
        return files().stream()
                .filter(file -> file.toString().endsWith(".md"))
                .filter(file -> file.getParent().equals(ROOT) || file.startsWith(ROOT.resolve("docs")))
                .toList();
    }

    /// The path as it is written in documents and findings.
    static String named(Path file) {
        return ROOT.relativize(file).toString().replace('\\', '/');
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// The lines of a list in the test resources, without comments.
    static Stream<String> list(String resource) {
        return text(ROOT.resolve("loadtest/src/test/resources").resolve(resource))
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"));
    }

    private static boolean ours(Path path) {
        return path.equals(ROOT) || !NOT_OURS.contains(path.getFileName().toString());
    }
}

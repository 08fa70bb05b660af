package io.hikyaku.project;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// One Java source with what the rules of the house ask about it.
///
/// @param path from the root of the project, as in `schemas/src/main/java/io/hikyaku/wire/NodeId.java`
record SourceFile(String path, String text) {
    static SourceFile of(Path file) {
        return new SourceFile(Project.named(file), Project.text(file));
    }

    List<String> lines() {
        return text.lines().toList();
    }

    boolean isTest() {
        return path.contains("/src/test/");
    }

    String module() {
        return path.substring(0, path.indexOf('/'));
    }

    String packageName() {
        String folder = path.substring(path.indexOf("/java/") + "/java/".length(), path.lastIndexOf('/'));
        return folder.replace('/', '.');
    }

    String simpleName() {
        return path.substring(path.lastIndexOf('/') + 1, path.length() - ".java".length());
    }

    /// Whether the source is in one of these packages of the project or below.
    boolean isIn(String... packages) {
        return Stream.of(packages).anyMatch(name -> (packageName() + ".").startsWith("io.hikyaku." + name + "."));
    }

    /// `path:line: text` of each line where the pattern is found.
    Stream<String> linesWith(Pattern pattern) {
        List<String> lines = lines();
        return IntStream.range(0, lines.size())
                .filter(index -> pattern.matcher(lines.get(index)).find())
                .mapToObj(index ->
                        path + ":" + (index + 1) + ": " + lines.get(index).strip());
    }
}

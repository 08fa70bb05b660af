package io.hikyaku.project;

import java.util.List;
import java.util.stream.Stream;

/// The listed exceptions from [TidinessTest]: `rule | path | reason`, one a line.
record Exceptions(List<Entry> entries) {
    record Entry(String rule, String path, String reason) {}

    static Exceptions read() {
        return new Exceptions(
                Project.list("tidiness-exceptions.txt").map(Exceptions::parse).toList());
    }

    boolean allow(String rule, String finding) {
        return entries.stream().anyMatch(entry -> entry.rule.equals(rule) && covers(entry, finding));
    }

    /// Entries of the rule that none of the findings asks for.
    List<Entry> unused(String rule, List<String> findings) {
        return entries.stream()
                .filter(entry -> entry.rule.equals(rule))
                .filter(entry -> findings.stream().noneMatch(finding -> covers(entry, finding)))
                .toList();
    }

    Stream<String> paths() {
        return entries.stream().map(Entry::path);
    }

    private static boolean covers(Entry entry, String finding) {
        return finding.equals(entry.path) || finding.startsWith(entry.path + ":");
    }

    private static Entry parse(String line) {
        String[] parts = line.split("\\s*\\|\\s*", 3);
        if (parts.length < 3 || parts[2].isBlank()) {
            throw new IllegalArgumentException("an exception needs rule | path | reason: " + line);
        }
        return new Entry(parts[0], parts[1], parts[2]);
    }
}

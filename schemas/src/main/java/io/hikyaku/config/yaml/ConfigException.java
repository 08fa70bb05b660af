package io.hikyaku.config.yaml;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// A configuration file that cannot be used, with everything that is wrong in it. The message is complete and meant to
/// be printed as it is; commands end with exit code 2.
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Path file;
    private final transient List<Finding> findings;

    public ConfigException(Path file, List<Finding> findings) {
        super(message(file, findings));
        this.file = file;
        this.findings = List.copyOf(findings);
    }

    private static String message(Path file, List<Finding> findings) {
        return findings.stream().map(finding -> "\n  " + finding).collect(Collectors.joining("", file + ":", ""));
    }

    public Path file() {
        return file;
    }

    /// In the order of the file, one at least.
    public List<Finding> findings() {
        return findings;
    }
}

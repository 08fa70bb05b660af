package io.hikyaku.config.yaml;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The findings of one file while it is read.
final class Findings {

    private final List<Finding> all = new ArrayList<>();

    /// Notes a finding, and gives the exception with which the caller abandons the value.
    Refused add(String path, int line, String message) {
        all.add(new Finding(path, line, message));
        return Refused.REFUSED;
    }

    int count() {
        return all.size();
    }

    ConfigException in(Path file) {
        return new ConfigException(
                file,
                all.stream().sorted(Comparator.comparingInt(Finding::line)).toList());
    }

    /// A value is of no use and the finding that says why is noted. Caught where reading can go on with the next
    /// value.
    static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1;
        static final Refused REFUSED = new Refused();

        private Refused() {
            super("refused", null, false, false);
        }
    }
}

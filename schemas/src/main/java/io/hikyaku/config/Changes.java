package io.hikyaku.config;

import io.hikyaku.config.yaml.Finding;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/// Compares a configuration with the one that a program was started with.
public final class Changes {
    private Changes() {}

    /// What differs, except for top-level keys that may change while the program runs.
    ///
    /// @param running what the program was started with
    /// @param changed of the same type
    /// @param free names of top-level keys
    /// @return a finding for each key that takes a restart; without lines, since a value may differ by being left
    ///   out
    public static List<Finding> takingARestart(Record running, Record changed, Set<String> free) {
        List<Finding> findings = new ArrayList<>();
        for (RecordComponent key : running.getClass().getRecordComponents()) {
            if (!free.contains(key.getName())) {
                compare(key.getName(), value(key, running), value(key, changed), findings);
            }
        }
        return findings;
    }

    private static void compare(String path, Object running, Object changed, List<Finding> findings) {
        if (Objects.equals(running, changed)) {
            return;
        }
        if (running instanceof Record one && changed instanceof Record other && isSection(one, other)) {
            for (RecordComponent key : one.getClass().getRecordComponents()) {
                compare(path + "." + key.getName(), value(key, one), value(key, other), findings);
            }
        } else {
            findings.add(new Finding(path, 0, "a change takes a restart"));
        }
    }

    /// Records of several values are sections; those of one are values such as a size.
    private static boolean isSection(Record one, Record other) {
        return one.getClass().equals(other.getClass()) && one.getClass().getRecordComponents().length > 1;
    }

    private static Object value(RecordComponent key, Record of) {
        try {
            return key.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(key + " of a configuration cannot be read", e);
        }
    }
}

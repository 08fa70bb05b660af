package io.hikyaku.kubernetes.mcs;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The conditions of an object while they are brought up to date: the time of a transition changes only with the
/// condition's status, as Kubernetes has it everywhere.
public final class Conditions {
    private static final int MAX_MESSAGE_CHARS = 32_768;

    private final Map<String, McsCondition> byType = new LinkedHashMap<>();
    private final long generation;
    private final Instant now;

    /// @param generation of the object, which the conditions are about
    public Conditions(List<McsCondition> before, long generation, Instant now) {
        before.forEach(condition -> byType.put(condition.type(), condition));
        this.generation = generation;
        this.now = now;
    }

    public void set(String type, boolean holds, String reason, String message) {
        McsCondition before = byType.get(type);
        String status = holds ? "True" : "False";
        String since = before != null && before.status().equals(status)
                ? before.lastTransitionTime()
                : now.truncatedTo(ChronoUnit.SECONDS).toString();
        String text = message.length() > MAX_MESSAGE_CHARS ? message.substring(0, MAX_MESSAGE_CHARS) : message;
        byType.put(type, new McsCondition(type, status, reason, text, since, generation));
    }

    public void remove(String type) {
        byType.remove(type);
    }

    public List<McsCondition> all() {
        return List.copyOf(byType.values());
    }

    /// Whether a condition holds; empty if nothing is said of it.
    public static Optional<Boolean> holds(List<McsCondition> conditions, String type) {
        return conditions.stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst()
                .map(condition -> condition.status().equals("True"));
    }
}

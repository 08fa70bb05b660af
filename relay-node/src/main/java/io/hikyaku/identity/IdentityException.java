package io.hikyaku.identity;

import java.util.List;

/// An identity's directory, or an authority's, cannot be used: all findings at once, each naming its file.
public final class IdentityException extends Exception {

    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    public IdentityException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    public IdentityException(String problem) {
        this(List.of(problem));
    }

    public List<String> problems() {
        return problems;
    }
}

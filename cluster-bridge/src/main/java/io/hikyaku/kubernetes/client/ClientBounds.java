package io.hikyaku.kubernetes.client;

import java.time.Duration;

/// What one request may take, and how often it is repeated when the API server answers 429 or 500 and above, or not at
/// all. Controllers try again on their own, later, so there are few repeats here.
///
/// @param connect to have a connection
/// @param request to have an answer
/// @param repeats of one request
/// @param pause before the first repeat; it doubles with each; a `Retry-After` of the server counts instead
/// @param watchPause before a watch that ended is opened again; it doubles up to 32 times itself while that fails
public record ClientBounds(Duration connect, Duration request, int repeats, Duration pause, Duration watchPause) {
    public static final ClientBounds DEFAULT = new ClientBounds(
            Duration.ofSeconds(5), Duration.ofSeconds(10), 2, Duration.ofMillis(250), Duration.ofMillis(250));

    public ClientBounds {
        if (!connect.isPositive() || !request.isPositive() || !pause.isPositive() || !watchPause.isPositive()) {
            throw new IllegalArgumentException("times are positive");
        }
        if (repeats < 0) {
            throw new IllegalArgumentException("a request is repeated " + repeats + " times");
        }
    }
}

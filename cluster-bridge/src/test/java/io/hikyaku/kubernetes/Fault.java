package io.hikyaku.kubernetes;

/// What a [FaultyApiServer] does to requests.
public enum Fault {
    /// Nothing; the API server answers.
    NONE,
    /// 429, with `Retry-After: 1`.
    TOO_MANY_REQUESTS,
    /// 500.
    SERVER_ERROR,
    /// Watches are told that what they want to go on from is too old, in an event of theirs; all else is answered.
    WATCHES_TOO_OLD,
    /// No answer, not even the rest of those that have begun, until this ends; then all of them come.
    SILENCE
}

package io.hikyaku.wire.call;

/// How the bytes of a call's stream are to be read (PROTOCOL.md §7.1).
public enum CallProtocol {
    /// HTTP messages as §7.2 says.
    HTTP(1),
    /// The bytes of a TCP connection, as they are.
    TCP(2);

    private final int number;

    CallProtocol(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}

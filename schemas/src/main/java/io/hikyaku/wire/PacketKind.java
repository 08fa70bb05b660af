package io.hikyaku.wire;

/// What a packet is for (PROTOCOL.md §2.3). Nodes on the path look at nothing of a packet but its header.
public enum PacketKind {
    /// Between the two ends of one link: greeting, keepalive, goodbye. Never forwarded.
    LINK(0),
    /// A piece of a channel's handshake.
    HANDSHAKE(1),
    /// A sealed, numbered packet of a channel.
    DATA(2),
    /// Reserved for sealed packets that are not resent.
    DATAGRAM(3),
    /// Between neighbours: which nodes are reachable at what cost. Never forwarded as it is.
    ROUTING(4),
    /// What neighbours tell each other about the registry.
    REGISTRY(5),
    /// From a node on the path to a source: pause, resume, dropped.
    PUSH_BACK(6);

    private static final PacketKind[] BY_CODE = values();

    private final int code;

    PacketKind(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    /// Largest body of this kind, in bytes, checked before anything is allocated for it.
    public int maxBodyBytes() {
        return Packet.MAX_BODY;
    }

    static PacketKind of(int code) {
        if (code >= BY_CODE.length) { // §1.6
            throw new Malformed(Malformed.Reason.UNKNOWN_TYPE, "packet kind " + code);
        }
        return BY_CODE[code];
    }
}

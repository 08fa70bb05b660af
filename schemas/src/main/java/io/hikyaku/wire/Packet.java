package io.hikyaku.wire;

import io.netty.buffer.ByteBuf;

/// The clear header in front of every packet body (PROTOCOL.md §2), and how to read one field of it in a buffer that
/// holds a whole packet from its reader index on. All of the header but the hop limit is authenticated by the channel.
///
/// ```
///  0 version  1 kind  2 hop limit  3 flags    4..7 body length
///  8..23 destination   24..39 source   40..47 channel   48..51 epoch   52..59 sequence
/// ```
///
/// @param kind what the packet is for
/// @param hopLimit how many more nodes may forward it, 0 to 255
/// @param fromInitiator direction: whether the channel's initiator sent it
/// @param bodyLength bytes after the header
/// @param destination the node it is for; [NodeId#NONE] between neighbours
/// @param source the node that made it
/// @param channel the channel it belongs to, 0 outside channels
/// @param epoch which packet key sealed it, 0 outside DATA
/// @param sequence its number on the channel and direction, 0 outside DATA
public record Packet(
        PacketKind kind,
        int hopLimit,
        boolean fromInitiator,
        int bodyLength,
        NodeId destination,
        NodeId source,
        long channel,
        int epoch,
        long sequence) {
    /// The only version of the header so far.
    public static final int VERSION = 1;
    /// Length of the header, in bytes.
    public static final int HEADER_BYTES = 60;
    /// Largest body, in bytes.
    public static final int MAX_BODY = 64 * 1024;
    /// Hop limit a source starts with.
    public static final int DEFAULT_HOP_LIMIT = 32;

    static final int HOP_LIMIT_AT = 2;
    private static final int KIND_AT = 1;
    private static final int FLAGS_AT = 3;
    private static final int LENGTH_AT = 4;
    private static final int DESTINATION_AT = 8;
    private static final int SOURCE_AT = 24;
    private static final int CHANNEL_AT = 40;
    private static final int EPOCH_AT = 48;
    private static final int SEQUENCE_AT = 52;
    private static final int FROM_INITIATOR = 1;

    public Packet {
        if (hopLimit < 0 || hopLimit > 255 || bodyLength < 0 || bodyLength > kind.maxBodyBytes()) { // §2.2, §2.3
            throw new IllegalArgumentException(kind + " of " + bodyLength + " bytes with hop limit " + hopLimit);
        }
    }

    /// A header for a packet between the two ends of a link.
    public static Packet betweenNeighbours(PacketKind kind, int bodyLength, NodeId source) {
        return new Packet(kind, 0, false, bodyLength, NodeId.NONE, source, 0, 0, 0);
    }

    /// Writes the 60 bytes at the writer index.
    public void write(ByteBuf out) {
        out.writeByte(VERSION).writeByte(kind.code()).writeByte(hopLimit).writeByte(fromInitiator ? FROM_INITIATOR : 0);
        out.writeInt(bodyLength);
        destination.write(out);
        source.write(out);
        out.writeLong(channel).writeInt(epoch).writeLong(sequence);
    }

    /// Decodes and checks the header at the reader index, which stays where it is. The body need not be there yet.
    ///
    /// @throws Malformed if version, kind, flags or length are not allowed (§2.4)
    public static Packet read(ByteBuf in) {
        int length = checkedBodyLength(in);
        return new Packet(
                kind(in),
                hopLimit(in),
                fromInitiator(in),
                length,
                destination(in),
                source(in),
                channel(in),
                epoch(in),
                sequence(in));
    }

    /// Checks version, kind, flags and length of the header at the reader index and returns the body length in
    /// bytes, so that a framer knows how much to wait for before it holds any memory for it.
    ///
    /// @throws Malformed as [#read]
    public static int checkedBodyLength(ByteBuf in) {
        if (in.readableBytes() < HEADER_BYTES) { // §2.1
            throw new Malformed(Malformed.Reason.TRUNCATED, "packet header of " + in.readableBytes() + " bytes");
        }
        int at = in.readerIndex();
        if (in.getByte(at) != VERSION) { // §2.2
            throw new Malformed(Malformed.Reason.UNSUPPORTED_VERSION, "packet version " + in.getUnsignedByte(at));
        }
        if ((in.getByte(at + FLAGS_AT) & ~FROM_INITIATOR) != 0) { // §2.2
            throw new Malformed(Malformed.Reason.INVALID_VALUE, "packet flags " + in.getUnsignedByte(at + FLAGS_AT));
        }
        PacketKind kind = PacketKind.of(in.getUnsignedByte(at + KIND_AT));
        long length = in.getUnsignedInt(at + LENGTH_AT);
        if (length > kind.maxBodyBytes()) { // §2.3
            throw new Malformed(Malformed.Reason.TOO_LARGE, kind + " body of " + length + " bytes");
        }
        return (int) length;
    }

    public static PacketKind kind(ByteBuf packet) {
        return PacketKind.of(packet.getUnsignedByte(packet.readerIndex() + KIND_AT));
    }

    public static int hopLimit(ByteBuf packet) {
        return packet.getUnsignedByte(packet.readerIndex() + HOP_LIMIT_AT);
    }

    /// Sets the only field that a node on the path may change.
    public static void setHopLimit(ByteBuf packet, int hopLimit) {
        packet.setByte(packet.readerIndex() + HOP_LIMIT_AT, hopLimit);
    }

    public static boolean fromInitiator(ByteBuf packet) {
        return (packet.getByte(packet.readerIndex() + FLAGS_AT) & FROM_INITIATOR) != 0;
    }

    public static NodeId destination(ByteBuf packet) {
        return NodeId.get(packet, packet.readerIndex() + DESTINATION_AT);
    }

    public static NodeId source(ByteBuf packet) {
        return NodeId.get(packet, packet.readerIndex() + SOURCE_AT);
    }

    public static long channel(ByteBuf packet) {
        return packet.getLong(packet.readerIndex() + CHANNEL_AT);
    }

    public static int epoch(ByteBuf packet) {
        return packet.getInt(packet.readerIndex() + EPOCH_AT);
    }

    public static long sequence(ByteBuf packet) {
        return packet.getLong(packet.readerIndex() + SEQUENCE_AT);
    }

    /// Copies the header at `offset` of a heap array with the hop limit as zero: the additional authenticated data
    /// of a sealed packet (§5.3).
    public static void authenticatedHeader(byte[] packet, int offset, byte[] into) {
        System.arraycopy(packet, offset, into, 0, HEADER_BYTES);
        into[HOP_LIMIT_AT] = 0;
    }
}

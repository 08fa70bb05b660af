package io.hikyaku.channel.crypto;

import io.hikyaku.wire.Packet;
import io.hikyaku.wire.PacketKind;
import io.netty.buffer.ByteBuf;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;

/// Seals the packets that one side of a channel sends: numbers them, and encrypts them in place under the epoch's key
/// (PROTOCOL.md §5.3). A sequence number is used once, whatever happens.
public final class Sealer {
    /// Length of the tag behind the ciphertext, in bytes.
    public static final int TAG_BYTES = 16;
    /// Packets sealed under one key, far below what AES-GCM allows.
    public static final long PACKETS_PER_EPOCH = 1L << 24;

    public static final long NANOS_PER_EPOCH = 3_600_000_000_000L;

    private final Cipher cipher = aesGcm();
    private final byte[] header = new byte[Packet.HEADER_BYTES];
    private final long packetsPerEpoch;
    private final long nanosPerEpoch;
    private DirectionKeys keys;
    private long nextSequence;
    private long firstOfEpoch;
    private long epochSince;

    public Sealer(byte[] secret, boolean initiator, long nowNanos) {
        this(secret, initiator, nowNanos, PACKETS_PER_EPOCH, NANOS_PER_EPOCH);
    }

    public Sealer(byte[] secret, boolean initiator, long nowNanos, long packetsPerEpoch, long nanosPerEpoch) {
        this.packetsPerEpoch = packetsPerEpoch;
        this.nanosPerEpoch = nanosPerEpoch;
        keys = new DirectionKeys(0, secret, initiator);
        epochSince = nowNanos;
    }

    /// The number that the next packet will get.
    public long nextSequence() {
        return nextSequence;
    }

    /// Seals a packet whose plaintext comes after room for the header, in a heap buffer with room for the tag.
    ///
    /// @param packet reader index at the header, writer index at the plaintext's end
    /// @param address the header's fields; kind, length, epoch and sequence are set here
    public void seal(ByteBuf packet, Packet address, long nowNanos) {
        if (nextSequence - firstOfEpoch >= packetsPerEpoch || nowNanos - epochSince >= nanosPerEpoch) {
            beginEpoch(nowNanos);
        }
        int start = packet.readerIndex();
        int plaintextAt = start + Packet.HEADER_BYTES;
        int length = packet.writerIndex() - plaintextAt;
        long sequence = nextSequence++;
        packet.writerIndex(start);
        new Packet(
                        PacketKind.DATA,
                        address.hopLimit(),
                        address.fromInitiator(),
                        length + TAG_BYTES,
                        address.destination(),
                        address.source(),
                        address.channel(),
                        keys.epoch(),
                        sequence)
                .write(packet);
        byte[] array = packet.array();
        int offset = packet.arrayOffset() + plaintextAt;
        Packet.authenticatedHeader(array, packet.arrayOffset() + start, header);
        try {
            cipher.init(Cipher.ENCRYPT_MODE, keys.key(), keys.nonce(sequence));
            cipher.updateAAD(header);
            cipher.doFinal(array, offset, length, array, offset);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Sealing packet " + sequence + " failed", e);
        }
        packet.writerIndex(plaintextAt + length + TAG_BYTES);
    }

    private void beginEpoch(long nowNanos) {
        DirectionKeys next = keys.next();
        keys.forgetSecret();
        keys = next;
        firstOfEpoch = nextSequence;
        epochSince = nowNanos;
    }

    static Cipher aesGcm() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime has no AES-GCM", e);
        }
    }
}

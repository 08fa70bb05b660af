package io.hikyaku.channel.crypto;

import io.hikyaku.wire.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.security.GeneralSecurityException;
import java.util.Objects;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import org.jspecify.annotations.Nullable;

/// Opens the packets that the other side sealed (PROTOCOL.md §5.3): under the current epoch, the one before it, and the
/// one after it, to which it moves with the first packet that proves the other side has.
public final class Opener {
    private final Cipher cipher = Sealer.aesGcm();
    private final byte[] header = new byte[Packet.HEADER_BYTES];
    private final ByteBufAllocator allocator;
    private @Nullable DirectionKeys previous;
    private DirectionKeys current;
    private @Nullable DirectionKeys next;

    public Opener(byte[] secret, boolean peerIsInitiator, ByteBufAllocator allocator) {
        this.allocator = allocator;
        current = new DirectionKeys(0, secret, peerIsInitiator);
    }

    /// Opens a packet; borrows it.
    ///
    /// @return the plaintext in a heap buffer that the caller owns, or null if the other side did not seal it
    @Nullable
    public ByteBuf open(ByteBuf packet) {
        DirectionKeys keys = keysFor(Packet.epoch(packet));
        int length = packet.readableBytes() - Packet.HEADER_BYTES;
        if (keys == null || length < Sealer.TAG_BYTES) {
            return null;
        }
        packet.getBytes(packet.readerIndex(), header);
        Packet.authenticatedHeader(header, 0, header);
        ByteBuf plaintext = allocator.heapBuffer(length);
        packet.getBytes(packet.readerIndex() + Packet.HEADER_BYTES, plaintext.array(), plaintext.arrayOffset(), length);
        if (!decrypt(keys, Packet.sequence(packet), plaintext.array(), plaintext.arrayOffset(), length)) {
            plaintext.release();
            return null;
        }
        if (keys == next) {
            moveToNext();
        }
        return plaintext.writerIndex(length - Sealer.TAG_BYTES);
    }

    private boolean decrypt(DirectionKeys keys, long sequence, byte[] array, int offset, int length) {
        try {
            cipher.init(Cipher.DECRYPT_MODE, keys.key(), keys.nonce(sequence));
            cipher.updateAAD(header);
            cipher.doFinal(array, offset, length, array, offset);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Opening packet " + sequence + " failed", e);
        }
    }

    private @Nullable DirectionKeys keysFor(int epoch) {
        if (epoch == current.epoch()) {
            return current;
        }
        if (epoch == current.epoch() + 1) {
            if (next == null) {
                next = current.next();
            }
            return next;
        }
        return previous != null && epoch == previous.epoch() ? previous : null;
    }

    private void moveToNext() {
        current.forgetSecret();
        previous = current;
        current = Objects.requireNonNull(next);
        next = null;
    }
}

package io.hikyaku.call.http1;

import io.hikyaku.call.Violation;
import io.hikyaku.call.http.field.BadMessage;
import io.hikyaku.wire.call.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads the body of an HTTP/1 message out of its framing (RFC 9112 §6, §7). Chunk extensions are checked and dropped.
public final class BodyReader {
    /// Bytes of chunk extensions allowed, whatever the body's size.
    private static final int FREE_EXTENSION_BYTES = 4096;

    private enum State {
        PLAIN,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        DONE
    }

    private final HeadFinder trailerFinder;
    private State state = State.DONE;
    private boolean chunked;
    private long left;
    private long bodyBytes;
    private long extensionBytes;
    private @Nullable Fields trailers;

    public BodyReader(int maxTrailers) {
        trailerFinder = HeadFinder.ofTrailers(maxTrailers);
    }

    public void start(Framing framing) {
        chunked = framing.kind() == Framing.Kind.CHUNKED;
        trailers = null;
        bodyBytes = 0;
        extensionBytes = 0;
        left = framing.kind() == Framing.Kind.UNTIL_CLOSE ? Long.MAX_VALUE : framing.length();
        state = switch (framing.kind()) {
            case NONE -> State.DONE;
            case FIXED, UNTIL_CLOSE -> State.PLAIN;
            case CHUNKED -> State.CHUNK_SIZE;
        };
    }

    public boolean isDone() {
        return state == State.DONE;
    }

    /// Once the body has ended: the trailers after the last chunk, null if there were none.
    @Nullable
    public Fields trailers() {
        return trailers;
    }

    /// Reads as far as the bytes go, or to the end of the body.
    ///
    /// @param to takes ownership of the pieces, slices of `in`
    /// @throws BadMessage if the framing is broken
    public void read(ByteBuf in, Consumer<ByteBuf> to) {
        boolean moved = true;
        while (moved && state != State.DONE) {
            moved = switch (state) {
                case PLAIN, CHUNK -> readPiece(in, to);
                case CHUNK_SIZE -> readChunkSize(in);
                case CHUNK_END -> readChunkEnd(in);
                case TRAILERS -> readTrailers(in);
                case DONE -> false;
            };
        }
    }

    private boolean readPiece(ByteBuf in, Consumer<ByteBuf> to) {
        int length = (int) Math.min(left, in.readableBytes());
        if (length == 0) {
            return false;
        }
        left -= length;
        if (left == 0) {
            state = chunked ? State.CHUNK_END : State.DONE;
        }
        to.accept(in.readRetainedSlice(length));
        return true;
    }

    private boolean readChunkSize(ByteBuf in) {
        int lf = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
        int length = lf < 0 ? in.readableBytes() : lf + 1 - in.readerIndex();
        if (length > ChunkLine.MAX_BYTES) {
            throw new BadMessage(Violation.CHUNK_EXTENSION, "chunk line above " + ChunkLine.MAX_BYTES + " bytes");
        }
        if (lf < 0) {
            return false;
        }
        ChunkLine line = ChunkLine.read(ByteBufUtil.getBytes(in, in.readerIndex(), length));
        in.skipBytes(length);
        countExtensions(line);
        left = line.size();
        state = left == 0 ? State.TRAILERS : State.CHUNK;
        return true;
    }

    /// What is spent on extensions must stay in proportion to the data that they come with.
    private void countExtensions(ChunkLine line) {
        bodyBytes += line.size();
        extensionBytes += line.extensionBytes();
        if (extensionBytes > FREE_EXTENSION_BYTES && extensionBytes > bodyBytes) {
            throw new BadMessage(Violation.CHUNK_EXTENSION, "more bytes of chunk extensions than of the body");
        }
    }

    private boolean readChunkEnd(ByteBuf in) {
        if (in.readableBytes() < 2) {
            return false;
        }
        if (in.readByte() != '\r' || in.readByte() != '\n') {
            throw new BadMessage(Violation.CHUNK, "chunk does not end where it should");
        }
        state = State.CHUNK_SIZE;
        return true;
    }

    private boolean readTrailers(ByteBuf in) {
        if (in.readableBytes() < 2) {
            return false;
        }
        if (in.getByte(in.readerIndex()) == '\r' && in.getByte(in.readerIndex() + 1) == '\n') {
            in.skipBytes(2);
            state = State.DONE;
            return true;
        }
        int length = trailerFinder.find(in);
        if (length < 0) {
            return false;
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        trailers = FieldSection.readTrailers(bytes, 0, length);
        state = State.DONE;
        return true;
    }
}

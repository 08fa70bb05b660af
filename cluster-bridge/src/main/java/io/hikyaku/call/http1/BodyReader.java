package io.hikyaku.call.http1;

import io.hikyaku.call.exchange.Grammar;
import io.hikyaku.call.exchange.Rejected;
import io.hikyaku.wire.call.Fields;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads the body of an HTTP/1 message out of its framing (RFC 9112 §6, §7). Chunk extensions are checked and dropped.
final class BodyReader {
    private static final int MAX_SIZE_DIGITS = 15;
    private static final int MAX_CHUNK_LINE_BYTES = 256 + MAX_SIZE_DIGITS;

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
    private @Nullable Fields trailers;

    BodyReader(int maxTrailers) {
        trailerFinder = new HeadFinder(maxTrailers, maxTrailers);
    }

    void start(Framing framing) {
        chunked = framing.kind() == Framing.Kind.CHUNKED;
        trailers = null;
        left = framing.kind() == Framing.Kind.UNTIL_CLOSE ? Long.MAX_VALUE : framing.length();
        state = switch (framing.kind()) {
            case NONE -> State.DONE;
            case FIXED, UNTIL_CLOSE -> State.PLAIN;
            case CHUNKED -> State.CHUNK_SIZE;
        };
    }

    boolean isDone() {
        return state == State.DONE;
    }

    /// After the end: what followed the last chunk, null if nothing did.
    @Nullable
    Fields trailers() {
        return trailers;
    }

    /// Reads as far as the bytes go, or to the end of the body.
    ///
    /// @param to takes ownership of the pieces, slices of `in`
    /// @throws Rejected if the framing is broken
    void read(ByteBuf in, Consumer<ByteBuf> to) {
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
        if (length > MAX_CHUNK_LINE_BYTES) {
            throw Rejected.badRequest("chunk line too long");
        }
        if (lf < 0) {
            return false;
        }
        byte[] line = ByteBufUtil.getBytes(in, in.readerIndex(), length);
        in.skipBytes(length);
        left = chunkSize(line);
        state = left == 0 ? State.TRAILERS : State.CHUNK;
        return true;
    }

    /// `1*HEXDIG [ ";" extension ] CRLF`, with no blanks around the size.
    private static long chunkSize(byte[] line) {
        int end = line.length - 2;
        long size = 0;
        int at = 0;
        while (at < end && Character.digit(line[at], 16) >= 0) {
            size = size << 4 | Character.digit(line[at], 16);
            at++;
        }
        boolean sized = at > 0 && at <= MAX_SIZE_DIGITS;
        boolean ended = end >= 0 && line[end] == '\r' && (at == end || line[at] == ';');
        if (!sized || !ended || !Grammar.isValue(line, at, end)) {
            throw Rejected.badRequest("chunk size");
        }
        return size;
    }

    private boolean readChunkEnd(ByteBuf in) {
        if (in.readableBytes() < 2) {
            return false;
        }
        if (in.readByte() != '\r' || in.readByte() != '\n') {
            throw Rejected.badRequest("chunk does not end where it should");
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

package io.hikyaku.call.http1;

import io.hikyaku.call.Violation;
import io.hikyaku.call.http.field.BadMessage;
import io.netty.buffer.ByteBuf;

/// Finds where a head ends in bytes that come piece by piece, looking at each byte once. Lines end with CRLF and
/// nothing else: a bare LF is refused, since readers disagree about it (RFC 9112 §2.2 would permit it).
public final class HeadFinder {
    private final int maxFirstLine;
    private final int maxHead;
    private final Violation tooLarge;
    private int scanned;
    private int lineStart;
    private boolean firstLineEnded;
    private boolean skippedEmptyLine;

    private HeadFinder(int maxFirstLine, int maxHead, Violation tooLarge) {
        this.maxFirstLine = maxFirstLine;
        this.maxHead = maxHead;
        this.tooLarge = tooLarge;
    }

    /// @param maxFirstLine bytes of the first line, without its end
    /// @param maxHead bytes of the whole head
    public static HeadFinder ofHeads(int maxFirstLine, int maxHead) {
        return new HeadFinder(maxFirstLine, maxHead, Violation.HEAD_SIZE);
    }

    /// @param max bytes of all trailers
    static HeadFinder ofTrailers(int max) {
        return new HeadFinder(Integer.MAX_VALUE, max, Violation.TRAILER_SIZE);
    }

    /// The length of the head that starts at the reader index, its empty line included, or −1 as long as its end
    /// has not come. One empty line in front is skipped.
    ///
    /// @throws BadMessage if it is too long or a line ends wrongly
    public int find(ByteBuf in) {
        while (true) {
            int lf = in.indexOf(in.readerIndex() + scanned, in.writerIndex(), (byte) '\n');
            if (lf < 0) {
                scanned = in.readableBytes();
                requireWithinLimits(scanned);
                return -1;
            }
            int end = lf + 1 - in.readerIndex();
            if (end - lineStart < 2 || in.getByte(lf - 1) != '\r') {
                throw new BadMessage(Violation.LINE_END, "bare LF");
            }
            if (end - lineStart > 2) {
                onLine(end);
            } else if (firstLineEnded) {
                return onEnd(end);
            } else {
                skipEmptyLine(in);
            }
        }
    }

    /// Whether part of a head has come.
    public boolean isWithin() {
        return scanned > 0;
    }

    private void onLine(int end) {
        if (!firstLineEnded) {
            requireFirstLine(end - 2);
            firstLineEnded = true;
        }
        lineStart = end;
        scanned = end;
    }

    private int onEnd(int end) {
        scanned = 0;
        lineStart = 0;
        firstLineEnded = false;
        skippedEmptyLine = false;
        requireHead(end);
        return end;
    }

    private void skipEmptyLine(ByteBuf in) {
        if (skippedEmptyLine) {
            throw new BadMessage(Violation.LINE_END, "more than one empty line before the head");
        }
        skippedEmptyLine = true;
        scanned = 0;
        in.skipBytes(2);
    }

    private void requireWithinLimits(int bytes) {
        if (!firstLineEnded) {
            requireFirstLine(bytes);
        }
        requireHead(bytes);
    }

    private void requireFirstLine(int bytes) {
        if (bytes > maxFirstLine) {
            throw new BadMessage(Violation.FIRST_LINE_SIZE, "first line above " + maxFirstLine + " bytes");
        }
    }

    private void requireHead(int bytes) {
        if (bytes > maxHead) {
            throw new BadMessage(tooLarge, "above " + maxHead + " bytes");
        }
    }
}

package io.hikyaku.call.http1;

import io.hikyaku.call.Problem;
import io.hikyaku.call.exchange.Rejected;
import io.netty.buffer.ByteBuf;

/// Finds where a head ends in bytes that come piece by piece, looking at each byte once. Lines end with CRLF and
/// nothing else: a bare LF is refused, since two readers may differ about it (RFC 9112 §2.2 would permit it).
final class HeadFinder {
    private final int maxFirstLine;
    private final int maxHead;
    private int scanned;
    private int lineStart;
    private boolean firstLineEnded;
    private boolean skippedEmptyLine;

    /// @param maxFirstLine bytes of the first line, without its end
    /// @param maxHead bytes of the whole head
    HeadFinder(int maxFirstLine, int maxHead) {
        this.maxFirstLine = maxFirstLine;
        this.maxHead = maxHead;
    }

    /// The length of the head that starts at the reader index, its empty line included, or −1 as long as its end
    /// has not come. One empty line in front is skipped.
    ///
    /// @throws Rejected if it is too long or a line ends wrongly
    int find(ByteBuf in) {
        while (true) {
            int lf = in.indexOf(in.readerIndex() + scanned, in.writerIndex(), (byte) '\n');
            if (lf < 0) {
                scanned = in.readableBytes();
                requireWithinLimits(scanned);
                return -1;
            }
            int end = lf + 1 - in.readerIndex();
            if (end - lineStart < 2 || in.getByte(lf - 1) != '\r') {
                throw Rejected.badRequest("bare LF");
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

    /// Whether a part of a head has come.
    boolean isWithin() {
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
            throw Rejected.badRequest("more than one empty line before the head");
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
            throw new Rejected(Problem.URI_TOO_LONG, "first line above " + maxFirstLine + " bytes");
        }
    }

    private void requireHead(int bytes) {
        if (bytes > maxHead) {
            throw new Rejected(Problem.HEAD_TOO_LARGE, "head above " + maxHead + " bytes");
        }
    }
}

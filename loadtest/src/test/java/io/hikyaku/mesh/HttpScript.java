package io.hikyaku.mesh;

import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;

/// A small HTTP service, whose path says what it does.
///
/// @param name what it answers when asked who it is
record HttpScript(String name) implements ScriptedService.Script {
    /// More bytes than anybody waits for.
    static final long ENDLESS = 1L << 40;

    @Override
    public void follow(Talk caller) throws Exception {
        caller.in().mark(1);
        while (caller.in().read() >= 0) {
            caller.in().reset();
            answer(caller, caller.hearHead());
            caller.in().mark(1);
        }
    }

    private void answer(Talk caller, Talk.Head request) throws Exception {
        String[] line = request.firstLine().split(" ");
        String[] path = line[1].split("[/?]");
        switch (path[1]) {
            case "name" -> whole(caller, name, line[0].equals("HEAD"));
            case "head" -> whole(caller, request.text(), false);
            case "none" -> caller.say("HTTP/1.1 204 No Content\r\nX-Kept: yes\r\n\r\n");
            case "unchanged" -> caller.say("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
            case "echo" -> echo(caller, request);
            case "unread" -> readNothing(caller);
            case "download" -> download(caller, Long.parseLong(path[2]));
            case "upload" -> whole(caller, Bulk.sum(caller.in(), request.bodyBytes()), false);
            default -> throw new IOException("nobody taught me " + line[1]);
        }
    }

    private static void whole(Talk caller, String body, boolean headOnly) throws IOException {
        caller.say("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + (headOnly ? "" : body));
    }

    /// Gives each part of the body back before it asks for the next one.
    private static void echo(Talk caller, Talk.Head request) throws IOException {
        if (!request.isChunked()) {
            whole(caller, caller.hear((int) request.bodyBytes()), false);
            return;
        }
        caller.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (String chunk = caller.hearChunk(); !chunk.isEmpty(); chunk = caller.hearChunk()) {
            caller.sayChunk(chunk);
        }
        caller.sayChunk("");
    }

    /// Never reads the rest, nor sees the connection end.
    static void readNothing(Talk caller) throws InterruptedException {
        new CountDownLatch(1).await();
    }

    /// Says bytes for as long as the connection lasts.
    static void pour(Talk talk) {
        try {
            new Bulk(ENDLESS).transferTo(talk.out());
        } catch (IOException ended) {
            // As it does in the end: by a refusal, a reset, or with the test.
        }
    }

    private static void download(Talk caller, long bytes) throws IOException {
        caller.say("HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n");
        new Bulk(bytes).transferTo(caller.out());
    }

    /// Many bytes that never repeat themselves, without holding them.
    static final class Bulk extends InputStream {
        private static final int BLOCK = 1 << 16;

        private final byte[] block = new byte[BLOCK];
        private final java.util.SplittableRandom random = new java.util.SplittableRandom(4711);
        private long left;
        private int at = BLOCK;

        Bulk(long bytes) {
            left = bytes;
        }

        @Override
        public int read() {
            throw new UnsupportedOperationException("one at a time takes too long");
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            if (at == BLOCK) {
                random.nextBytes(block);
                at = 0;
            }
            int count = (int) Math.min(Math.min(length, left), BLOCK - at);
            System.arraycopy(block, at, target, offset, count);
            at += count;
            left -= count;
            return count;
        }

        /// SHA-256 of the next bytes.
        static String sum(InputStream in, long bytes) throws Exception {
            var digest = java.security.MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[BLOCK];
            long left = bytes;
            while (left > 0) {
                int read = in.read(buffer, 0, (int) Math.min(BLOCK, left));
                if (read < 0) {
                    throw new IOException("ended " + left + " bytes early");
                }
                digest.update(buffer, 0, read);
                left -= read;
            }
            return HexFormat.of().formatHex(digest.digest());
        }
    }
}

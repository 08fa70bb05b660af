package io.hikyaku.mesh;

import java.io.IOException;

/// HTTP/2 in the hands of a test: frames with exactly these bytes, each byte one character.
final class Http2Bytes {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    static final int NO_FLAG = 0;

    private static final int ACK = 1;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int REST_OF_PREFACE = 6;

    private Http2Bytes() {}

    /// @param type of frame
    record Frame(int type, int flags, int stream, String payload) {
        boolean endsStream() {
            return (flags & END_STREAM) != 0;
        }

        /// Of a RST_STREAM.
        int errorCode() {
            return payload.charAt(payload.length() - 1);
        }
    }

    static String frame(int type, int flags, int stream, String payload) {
        return number(payload.length(), 3) + (char) type + (char) flags + number(stream, 4) + payload;
    }

    private static String number(int value, int bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = bytes - 1; i >= 0; i--) {
            text.append((char) (value >> 8 * i & 0xff));
        }
        return text.toString();
    }

    /// A block of literal fields: names and values in turn, each shorter than 127 bytes.
    static String fields(String... namesAndValues) {
        StringBuilder block = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            block.append('\0').append(literal(namesAndValues[i])).append(literal(namesAndValues[i + 1]));
        }
        return block.toString();
    }

    private static String literal(String text) {
        return (char) text.length() + text;
    }

    static String reset(int stream, int code) {
        return frame(RST_STREAM, NO_FLAG, stream, number(code, 4));
    }

    /// What a client says first.
    static String hello() {
        return PREFACE + frame(SETTINGS, NO_FLAG, 0, "");
    }

    /// The next frame that is not about the connection; SETTINGS are acknowledged.
    static Frame hear(Talk talk) throws IOException {
        while (true) {
            String head = talk.hear(9);
            int length = head.charAt(0) << 16 | head.charAt(1) << 8 | head.charAt(2);
            int stream = head.charAt(5) << 24 | head.charAt(6) << 16 | head.charAt(7) << 8 | head.charAt(8);
            Frame frame = new Frame(head.charAt(3), head.charAt(4), stream, talk.hear(length));
            if (frame.type() == SETTINGS && (frame.flags() & ACK) == 0) {
                talk.say(frame(SETTINGS, ACK, 0, ""));
            }
            if (frame.type() <= RST_STREAM && stream != 0) {
                return frame;
            }
        }
    }

    /// Listens as a server until a request's head is there.
    ///
    /// @param preface the first lines, which were heard already
    /// @return its stream
    static int serve(Talk caller, Talk.Head preface) throws IOException {
        if (!(preface.text() + caller.hear(REST_OF_PREFACE)).equals(PREFACE)) {
            throw new IOException("no preface: " + preface);
        }
        caller.say(frame(SETTINGS, NO_FLAG, 0, ""));
        return hearRequest(caller);
    }

    /// Listens as a server of both versions until the first request's head is there.
    ///
    /// @return its stream in HTTP/2, else 0
    static int hearFirst(Talk caller) throws IOException {
        Talk.Head head = caller.hearHead();
        return head.text().startsWith("PRI ") ? serve(caller, head) : 0;
    }

    /// @return the stream of the next request
    static int hearRequest(Talk caller) throws IOException {
        Frame frame = hear(caller);
        while (frame.type() != HEADERS) {
            frame = hear(caller);
        }
        return frame.stream();
    }
}

package io.hikyaku.wire.link;

/// The last frame before a side closes the link, so that the other can log why (PROTOCOL.md §3.5).
///
/// @param code why
/// @param detail text for people, at most 256 bytes of UTF-8, no secrets
public record Goodbye(Code code, String detail) implements LinkFrame {
    public static final int MAX_DETAIL_BYTES = 256;

    /// Why a link is closed; unknown codes are read as [#OTHER].
    public enum Code {
        OTHER(0),
        /// The node stops.
        LEAVING(1),
        /// No common link version.
        VERSION(2),
        /// Statement or proof not accepted.
        IDENTITY(3),
        /// Malformed bytes.
        MALFORMED(4),
        /// A packet whose source the neighbour may not use.
        FOREIGN_SOURCE(5),
        /// A limit of the node, such as its number of links.
        LIMIT(6);

        private final int number;

        Code(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        static Code of(int number) {
            for (Code code : values()) {
                if (code.number == number) {
                    return code;
                }
            }
            return OTHER;
        }
    }
}

package io.hikyaku.wire.call;

/// Names of Kubernetes objects. They reach logs, topics and the administrator's eyes: nothing but lower-case letters,
/// digits, hyphens, and dots where several labels may stand.
final class DnsName {
    private static final int MAX_LABEL = OpenMetadata.MAX_LABEL_BYTES;

    private DnsName() {}

    /// A DNS-1123 label, at most 63 characters.
    static boolean isLabel(String text) {
        return isLabel(text, 0, text.length());
    }

    static boolean isLabel(String text, int start, int end) {
        return end - start <= MAX_LABEL && isPart(text, start, end);
    }

    /// A DNS-1123 subdomain as Kubernetes checks it: parts between dots, which only the whole limits in length.
    static boolean isSubdomain(String text) {
        int start = 0;
        for (int dot = text.indexOf('.'); dot >= 0; dot = text.indexOf('.', start)) {
            if (!isPart(text, start, dot)) {
                return false;
            }
            start = dot + 1;
        }
        return isPart(text, start, text.length());
    }

    private static boolean isPart(String text, int start, int end) {
        if (start == end || text.charAt(start) == '-' || text.charAt(end - 1) == '-') {
            return false;
        }
        for (int i = start; i < end; i++) {
            char c = text.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) {
                return false;
            }
        }
        return true;
    }
}

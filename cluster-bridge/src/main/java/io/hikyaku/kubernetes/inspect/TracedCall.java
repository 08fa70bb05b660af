package io.hikyaku.kubernetes.inspect;

import io.hikyaku.kubernetes.inspect.RawApi.Answer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One request at a bridge's listener, as a local caller would send it, and what the bridge's own counters say about
/// it. Other calls of the service at the same time are counted, too, so the parts are then averages.
///
/// @param took of the whole, through the API server
/// @param proxy of an answer by the bridge itself, through the API server
/// @param parts by the cluster that answered
record TracedCall(int status, Duration took, Duration proxy, Map<String, Parts> parts) {
    private static final Pattern SAMPLE =
            Pattern.compile("hikyaku_call_(duration|first_byte)_seconds_(count|sum)\\{([^}]*)\\} ([0-9.eE+-]+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    /// Sums since the bridge's start.
    ///
    /// @param calls that ended
    /// @param firstByte seconds from the beginning to the first byte of the answer
    /// @param duration seconds from the beginning to the end
    record Parts(double calls, double firstByte, double duration) {
        static final Parts NONE = new Parts(0, 0, 0);

        Parts plus(Parts other) {
            return new Parts(calls + other.calls, firstByte + other.firstByte, duration + other.duration);
        }

        Parts minus(Parts other) {
            return new Parts(calls - other.calls, firstByte - other.firstByte, duration - other.duration);
        }
    }

    /// @param service `namespace/name:port`
    /// @throws IOException if the API server does not pass the request on
    static TracedCall make(RawApi api, BridgePod pod, String namespace, int listener, String path, String service)
            throws IOException {
        Answer before = metrics(api, pod, namespace);
        Answer answer = api.getFromPod(namespace, pod.name(), listener, path);
        Answer after = metrics(api, pod, namespace);
        Map<String, Parts> parts = parts(after.body(), service);
        parts(before.body(), service).forEach((peer, earlier) -> parts.merge(peer, earlier, Parts::minus));
        parts.values().removeIf(each -> each.calls() <= 0);
        return new TracedCall(answer.status(), answer.took(), after.took(), parts);
    }

    private static Answer metrics(RawApi api, BridgePod pod, String namespace) throws IOException {
        Answer answer = api.getFromPod(namespace, pod.name(), pod.admin(), "/metrics");
        if (answer.status() != HttpURLConnection.HTTP_OK) {
            throw new IOException(
                    "the API server passes no request on to pod " + pod.name() + ": " + RawApi.message(answer));
        }
        return answer;
    }

    /// By peer, of local callers of the service.
    static Map<String, Parts> parts(String metrics, String service) {
        Map<String, Parts> parts = new TreeMap<>();
        Matcher sample = SAMPLE.matcher(metrics);
        while (sample.find()) {
            Map<String, String> labels = labels(sample.group(3));
            if ("import".equals(labels.get("side")) && service.equals(labels.get("service"))) {
                boolean count = sample.group(2).equals("count");
                boolean whole = sample.group(1).equals("duration");
                double value = Double.parseDouble(sample.group(4));
                Parts part =
                        count ? new Parts(whole ? value : 0, 0, 0) : new Parts(0, whole ? 0 : value, whole ? value : 0);
                parts.merge(labels.getOrDefault("peer", "?"), part, Parts::plus);
            }
        }
        return parts;
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new TreeMap<>();
        Matcher label = LABEL.matcher(text);
        while (label.find()) {
            labels.put(label.group(1), label.group(2));
        }
        return labels;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("status ").append(status).append(" in ").append(millis(took.toNanos() / 1e6));
        text.append(", of which the way to the bridge through the API server takes about ");
        text.append(millis(proxy.toNanos() / 1e6)).append('\n');
        parts.forEach((peer, part) -> text.append("answered by ")
                .append(peer)
                .append(": first byte after ")
                .append(millis(part.firstByte() / part.calls() * 1e3))
                .append(", end after ")
                .append(millis(part.duration() / part.calls() * 1e3))
                .append(part.calls() > 1 ? " (average of " + Math.round(part.calls()) + " calls)\n" : "\n"));
        if (parts.isEmpty()) {
            text.append("the bridge counted no call that ended\n");
        }
        return text.toString();
    }

    private static String millis(double millis) {
        return String.format(Locale.ROOT, "%.2f ms", millis);
    }
}

package io.hikyaku.call.observe;

import io.hikyaku.wire.call.Fields;
import io.hikyaku.wire.call.HttpFrame.RequestHead;
import io.hikyaku.wire.call.HttpFrame.ResponseHead;
import io.hikyaku.wire.call.HttpFrame.Version;
import io.hikyaku.wire.call.Workload;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One call as one bridge sees it, from its beginning to its one end. Belongs to the call's event loop until
/// [#finish], and does not change after.
public final class Observation {
    /// The status that the access log shows for a call whose caller went away.
    public static final int CANCELLED_STATUS = 499;

    /// As peer of a call that found no exporter.
    public static final String NO_PEER = "none";

    /// Bytes are reported to the meters in steps of this size, so that long calls show while they last.
    private static final long STEP_BYTES = 64 * 1024;

    /// What keeps the books of a service port.
    public interface Ledger {
        Side side();

        /// `namespace/name:port`
        String service();

        /// Adds a span, if calls are traced.
        @Nullable
        CallSpan trace(Observation call, @Nullable TraceContext parent);

        /// A call came from a bridge.
        void onCaller(Observation call);

        /// Bytes passed since the last time.
        void onBytes(Observation call, long request, long response);

        /// The reader of what the other side sends has taken nothing for a while.
        void onStalled(Observation call, Duration since, long bytes);

        void onFinish(Observation call);
    }

    /// Which bridge of the two.
    public enum Side {
        IMPORT("import"),
        EXPORT("export");

        private final String text;

        Side(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final Ledger ledger;
    private final long startNanos = System.nanoTime();
    private long firstByteNanos;
    private long endNanos;
    private boolean responseBegan;
    private String protocol = "tcp";
    private String peer = NO_PEER;
    private @Nullable Workload caller;
    private @Nullable RequestHead head;
    private CharSequence requestId = "";
    private @Nullable CallSpan span;
    private boolean grpc;
    private int attempts;
    private int status;
    private int grpcStatus = -1;
    private long requestBytes;
    private long responseBytes;
    private long toldRequestBytes;
    private long toldResponseBytes;
    private String outcome = "";

    public Observation(Ledger ledger) {
        this.ledger = ledger;
    }

    /// A request was read from a caller: gives it marks to be found by, and takes away those that are not valid.
    ///
    /// @return the request as it is passed on
    public RequestHead onCallerRequest(RequestHead request) {
        take(request);
        return Correlation.ofCaller(request, this);
    }

    /// A request came from the caller's bridge.
    ///
    /// @return the request as it is passed on
    public RequestHead onBridgeRequest(RequestHead request) {
        take(request);
        return Correlation.ofBridge(request, this);
    }

    private void take(RequestHead request) {
        head = request;
        protocol = protocol(request.version());
    }

    private static String protocol(Version version) {
        return switch (version) {
            case HTTP_1_0 -> "http/1.0";
            case HTTP_1_1 -> "http/1.1";
            case HTTP_2 -> "http/2";
        };
    }

    /// The caller does not read its response (of an imported service), or the service a request (of an exported
    /// one).
    ///
    /// @param since how long
    /// @param bytes that wait for it here
    public void onStalled(Duration since, long bytes) {
        ledger.onStalled(this, since, bytes);
    }

    /// Gives an id to a request that cannot be read.
    public CharSequence nameAnew() {
        requestId = RequestIds.next();
        protocol = "http";
        return requestId;
    }

    /// A local program calls.
    ///
    /// @param workload if it is known which
    public void onCaller(Optional<Workload> workload) {
        caller = workload.orElse(null);
    }

    /// A call came from another bridge, or from this one.
    ///
    /// @param cluster its name, as the channel proved it
    /// @param workload that calls, as far as that cluster's bridge says
    public void onBridge(String cluster, Optional<Workload> workload) {
        onCaller(workload);
        onPeer(cluster);
        ledger.onCaller(this);
    }

    /// An attempt to reach an exporter begins, or the caller's bridge is known.
    ///
    /// @param cluster its name, as the channel proved it
    public void onPeer(String cluster) {
        tellBytes();
        peer = cluster;
        attempts++;
    }

    public void onRequestBytes(int bytes) {
        requestBytes += bytes;
        tellSteps();
    }

    /// The head of a response, perhaps an interim one.
    public void onResponseHead(ResponseHead response) {
        if (response.status() >= 200 || response.status() == 101) {
            onResponseBegin();
            status = response.status();
            if (status == 101) {
                protocol = "websocket";
            } else if (grpc) {
                onGrpcStatus(response.fields());
            }
        }
    }

    /// The trailers of a response.
    public void onResponseTrailers(Fields trailers) {
        if (grpc) {
            onGrpcStatus(trailers);
        }
    }

    private void onGrpcStatus(Fields fields) {
        int found = Correlation.grpcStatus(fields);
        grpcStatus = found < 0 ? grpcStatus : found;
    }

    public boolean isGrpc() {
        return grpc;
    }

    /// The bridge gives this status in the place of the service; its HTTP status is then 200.
    public void onGrpcStatus(int own) {
        grpcStatus = own;
    }

    public void onResponseBytes(int bytes) {
        onResponseBegin();
        responseBytes += bytes;
        tellSteps();
    }

    private void onResponseBegin() {
        if (!responseBegan) {
            responseBegan = true;
            firstByteNanos = System.nanoTime();
        }
    }

    /// The call is over; nothing may follow.
    ///
    /// @param how of a closed set
    /// @param ownStatus of a response that the bridge gives in the place of the service, 0 if it gives none
    public void finish(String how, int ownStatus) {
        endNanos = System.nanoTime();
        outcome = how;
        if (ownStatus > 0) {
            status = grpcStatus >= 0 && ownStatus != CANCELLED_STATUS ? 200 : ownStatus;
        }
        tellBytes();
        ledger.onFinish(this);
    }

    private void tellSteps() {
        if (requestBytes - toldRequestBytes + responseBytes - toldResponseBytes >= STEP_BYTES) {
            tellBytes();
        }
    }

    private void tellBytes() {
        long request = requestBytes - toldRequestBytes;
        long response = responseBytes - toldResponseBytes;
        if (request + response > 0) {
            toldRequestBytes = requestBytes;
            toldResponseBytes = responseBytes;
            ledger.onBytes(this, request, response);
        }
    }

    /// What [Correlation] has found in the request.
    ///
    /// @param id of the request, as it is passed on
    /// @param ofGrpc whether the request is a gRPC call
    void onMarks(CharSequence id, boolean ofGrpc) {
        requestId = id;
        grpc = ofGrpc;
        if (ofGrpc) {
            protocol = "grpc";
        }
    }

    /// Begins a span, if calls are traced.
    @Nullable
    CallSpan trace(@Nullable TraceContext parent) {
        span = ledger.trace(this, parent);
        return span;
    }

    public Side side() {
        return ledger.side();
    }

    public String service() {
        return ledger.service();
    }

    public String protocol() {
        return protocol;
    }

    /// The other bridge's cluster, or [#NO_PEER].
    public String peer() {
        return peer;
    }

    /// What calls: within the peer's cluster at the side that exports, within this one at the side that imports.
    /// Null if it is not known.
    public @Nullable Workload caller() {
        return caller;
    }

    /// Null for TCP, and for what was refused unread.
    public @Nullable RequestHead head() {
        return head;
    }

    /// Empty if there is none.
    public CharSequence requestId() {
        return requestId;
    }

    public @Nullable CallSpan span() {
        return span;
    }

    public int attempts() {
        return attempts;
    }

    /// 0: none.
    public int status() {
        return status;
    }

    /// −1: none.
    public int grpcStatus() {
        return grpcStatus;
    }

    public long requestBytes() {
        return requestBytes;
    }

    public long responseBytes() {
        return responseBytes;
    }

    /// Until the first byte of the response, −1 if there was none.
    public long firstByteNanos() {
        return responseBegan ? firstByteNanos - startNanos : -1;
    }

    public long durationNanos() {
        return endNanos - startNanos;
    }

    /// When it ended, by [System#nanoTime].
    public long endNanos() {
        return endNanos;
    }

    public String outcome() {
        return outcome;
    }
}

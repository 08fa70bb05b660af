package io.hikyaku.mesh;

import com.google.protobuf.StringValue;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A gRPC service of grpc-java whose messages are plain bytes.
final class GrpcService implements BindableService, AutoCloseable {
    static final int MAX_MESSAGE = 80 << 20;
    static final Metadata.Key<String> TEXT = Metadata.Key.of("x-text", Metadata.ASCII_STRING_MARSHALLER);
    static final Metadata.Key<byte[]> BYTES = Metadata.Key.of("x-bytes-bin", Metadata.BINARY_BYTE_MARSHALLER);
    static final Metadata.Key<StringValue> DETAIL = ProtoUtils.keyForProto(StringValue.getDefaultInstance());
    /// One request, the same as its answer.
    static final MethodDescriptor<byte[], byte[]> ECHO = method("Echo", MethodType.UNARY);
    /// Each message back as it comes.
    static final MethodDescriptor<byte[], byte[]> CONVERSE = method("Converse", MethodType.BIDI_STREAMING);
    /// Never answers.
    static final MethodDescriptor<byte[], byte[]> WAIT = method("Wait", MethodType.UNARY);
    /// Fails with a status that has details.
    static final MethodDescriptor<byte[], byte[]> FAIL = method("Fail", MethodType.UNARY);

    private final Server server;
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<Long> remaining = new LinkedBlockingQueue<>();

    /// @param keepaliveMillis how often it pings its callers
    GrpcService(int port, int keepaliveMillis) throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .maxInboundMessageSize(MAX_MESSAGE)
                .keepAliveTime(keepaliveMillis, TimeUnit.MILLISECONDS)
                .keepAliveTimeout(60, TimeUnit.SECONDS)
                .intercept(new MetadataEcho())
                .addService(this)
                .build()
                .start();
    }

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(type)
                .setFullMethodName("hikyaku.Test/" + name)
                .setRequestMarshaller(new Plain())
                .setResponseMarshaller(new Plain())
                .build();
    }

    /// What the next thing was that a call heard, in words.
    String takeHeard() throws InterruptedException {
        return String.valueOf(heard.poll(60, TimeUnit.SECONDS));
    }

    /// How many milliseconds the next call with a deadline was given.
    long takeRemaining() throws InterruptedException {
        Long millis = remaining.poll(60, TimeUnit.SECONDS);
        return millis == null ? -1 : millis;
    }

    /// Accepts nothing more and lets running calls end.
    void drain() {
        server.shutdown();
    }

    void awaitDrained() throws InterruptedException {
        if (!server.awaitTermination(60, TimeUnit.SECONDS)) {
            throw new AssertionError("calls still run");
        }
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder("hikyaku.Test")
                .addMethod(ECHO, ServerCalls.asyncUnaryCall(GrpcService::echo))
                .addMethod(CONVERSE, ServerCalls.asyncBidiStreamingCall(this::converse))
                .addMethod(WAIT, ServerCalls.asyncUnaryCall((request, answer) -> await(answer)))
                .addMethod(FAIL, ServerCalls.asyncUnaryCall((request, answer) -> fail(request, answer)))
                .build();
    }

    private static void echo(byte[] request, StreamObserver<byte[]> answer) {
        answer.onNext(request);
        answer.onCompleted();
    }

    private void await(StreamObserver<byte[]> answer) {
        var deadline = Context.current().getDeadline();
        if (deadline != null) {
            remaining.add(deadline.timeRemaining(TimeUnit.MILLISECONDS));
        }
        ((ServerCallStreamObserver<byte[]>) answer).setOnCancelHandler(() -> heard.add("cancelled"));
        heard.add("called");
    }

    private static void fail(byte[] request, StreamObserver<byte[]> answer) {
        Metadata trailers = new Metadata();
        trailers.put(BYTES, request);
        trailers.put(DETAIL, StringValue.of("a detail"));
        com.google.rpc.Status status = com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.FAILED_PRECONDITION.value())
                .setMessage("not now: größer, 100 %")
                .addDetails(com.google.protobuf.Any.pack(StringValue.of("why")))
                .build();
        answer.onError(StatusProto.toStatusRuntimeException(status, trailers));
    }

    private StreamObserver<byte[]> converse(StreamObserver<byte[]> answer) {
        ((ServerCallStreamObserver<byte[]>) answer).setOnCancelHandler(() -> heard.add("cancelled"));
        return new StreamObserver<>() {
            @Override
            public void onNext(byte[] message) {
                answer.onNext(message);
            }

            @Override
            public void onError(Throwable failure) {
                heard.add("failed");
            }

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    @Override
    public void close() throws InterruptedException {
        server.shutdownNow();
        awaitDrained();
    }

    /// Gives the caller's own metadata back among headers and trailers, and says how the request was compressed.
    private static final class MetadataEcho implements ServerInterceptor {
        private static final Metadata.Key<String> ENCODING =
                Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            return next.startCall(
                    new io.grpc.ForwardingServerCall.SimpleForwardingServerCall<Q, A>(call) {
                        @Override
                        public void sendHeaders(Metadata own) {
                            copy(headers, own);
                            if (headers.containsKey(ENCODING)) {
                                super.setCompression(headers.get(ENCODING));
                                super.setMessageCompression(true);
                            }
                            super.sendHeaders(own);
                        }

                        @Override
                        public void close(Status status, Metadata trailers) {
                            copy(headers, trailers);
                            super.close(status, trailers);
                        }
                    },
                    headers);
        }

        private static void copy(Metadata from, Metadata to) {
            copy(from, to, TEXT);
            copy(from, to, BYTES);
        }

        private static <T> void copy(Metadata from, Metadata to, Metadata.Key<T> key) {
            Iterable<T> values = from.getAll(key);
            if (values != null) {
                values.forEach(value -> to.put(key, value));
            }
        }
    }

    /// Messages are their bytes.
    private static final class Plain implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

package io.hikyaku.mesh;

import static io.grpc.stub.ClientCalls.blockingUnaryCall;
import static io.grpc.stub.ClientCalls.futureUnaryCall;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.StringValue;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What grpc-java's client and service see of each other, beyond what the interop tests look at.
@ParameterizedClass
@EnumSource(names = {"ONE_RELAY", "KAFKA"})
@Timeout(120)
class GrpcCallsIT {
    private static final int STREAMS = 100;
    private static final int MESSAGES = 20;
    private static final int DEADLINE_MILLIS = 5_000;

    @Parameter
    Carrier carrier;

    private SharedMesh mesh;
    private GrpcService service;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        mesh = SharedMesh.over(carrier);
        service = new GrpcService(mesh.grpcTarget, 20);
        channel = channelTo(SharedMesh.GRPC);
    }

    private ManagedChannel channelTo(String name) {
        return NettyChannelBuilder.forAddress("127.0.0.1", mesh.port(name))
                .usePlaintext()
                .maxInboundMessageSize(GrpcService.MAX_MESSAGE)
                .build();
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(60, TimeUnit.SECONDS);
        service.close();
        mesh.awaitQuiet();
    }

    @Test
    void carriesAMessageOf64MebibytesBothWays() {
        // Given
        byte[] message = WebService.payload(carrier.ordinal(), 64 << 20);

        // When
        byte[] answer = blockingUnaryCall(channel, GrpcService.ECHO, CallOptions.DEFAULT, message);

        // Then
        assertArrayEquals(message, answer);
    }

    @Test
    void carriesMetadataAsItIs() {
        // Given
        byte[] bytes = WebService.payload(21, 300);
        Metadata own = new Metadata();
        own.put(GrpcService.TEXT, "first, still first");
        own.put(GrpcService.TEXT, "second ~!#");
        own.put(GrpcService.BYTES, bytes);
        own.put(GrpcService.BYTES, new byte[0]);
        AtomicReference<Metadata> headers = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        Channel capturing = ClientInterceptors.intercept(
                channel,
                MetadataUtils.newAttachHeadersInterceptor(own),
                MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));

        // When
        blockingUnaryCall(capturing, GrpcService.ECHO, CallOptions.DEFAULT, new byte[0]);

        // Then
        for (AtomicReference<Metadata> heard : List.of(headers, trailers)) {
            List<String> text = new ArrayList<>();
            heard.get().getAll(GrpcService.TEXT).forEach(text::add);
            List<byte[]> binary = new ArrayList<>();
            heard.get().getAll(GrpcService.BYTES).forEach(binary::add);
            assertEquals(List.of("first, still first", "second ~!#"), text);
            assertArrayEquals(bytes, binary.getFirst());
            assertEquals(0, binary.getLast().length);
        }
    }

    @Test
    void carriesAStatusWithItsDetails() {
        // Given
        byte[] bytes = WebService.payload(22, 100);

        // When
        StatusRuntimeException failure = assertThrows(
                StatusRuntimeException.class,
                () -> blockingUnaryCall(channel, GrpcService.FAIL, CallOptions.DEFAULT, bytes));

        // Then
        com.google.rpc.Status details = Objects.requireNonNull(StatusProto.fromThrowable(failure));
        assertEquals(Status.Code.FAILED_PRECONDITION, failure.getStatus().getCode());
        assertEquals("not now: größer, 100 %", failure.getStatus().getDescription());
        assertEquals(List.of(com.google.protobuf.Any.pack(StringValue.of("why"))), details.getDetailsList());
        assertArrayEquals(bytes, failure.getTrailers().get(GrpcService.BYTES));
        assertEquals("a detail", failure.getTrailers().get(GrpcService.DETAIL).getValue());
    }

    @Test
    void leavesCompressedMessagesAlone() {
        // Given
        byte[] message = "the same again and ".repeat(20_000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        AtomicReference<Metadata> headers = new AtomicReference<>();
        Channel capturing = ClientInterceptors.intercept(
                channel, MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()));

        // When
        byte[] answer =
                blockingUnaryCall(capturing, GrpcService.ECHO, CallOptions.DEFAULT.withCompression("gzip"), message);

        // Then
        assertArrayEquals(message, answer);
        assertEquals("gzip", headers.get().get(Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER)));
    }

    @Test
    void theServiceIsToldTheTimeThatIsLeftAndCancelledWhenItHasPassed() throws Exception {
        // Given a way that is there, so that the time is enough to get to the service
        blockingUnaryCall(channel, GrpcService.ECHO, CallOptions.DEFAULT, new byte[0]);

        // When
        StatusRuntimeException failure = assertThrows(
                StatusRuntimeException.class,
                () -> blockingUnaryCall(
                        channel,
                        GrpcService.WAIT,
                        CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS),
                        new byte[0]));

        // Then
        assertEquals(Status.Code.DEADLINE_EXCEEDED, failure.getStatus().getCode());
        assertEquals("called", service.takeHeard());
        assertEquals("cancelled", service.takeHeard());
        long left = service.takeRemaining();
        assertTrue(left > 0 && left < DEADLINE_MILLIS, left + " ms");
    }

    @Test
    void theServiceLearnsOfACancellation() throws Exception {
        // Given
        Future<byte[]> call = futureUnaryCall(channel.newCall(GrpcService.WAIT, CallOptions.DEFAULT), new byte[0]);
        assertEquals("called", service.takeHeard());

        // When
        call.cancel(true);

        // Then
        assertEquals("cancelled", service.takeHeard());
    }

    @Test
    void aHundredStreamsAtOnceKeepTheirMessagesWhileTheServicePings() throws Exception {
        // When
        List<Conversation> conversations = new ArrayList<>();
        for (int number = 0; number < STREAMS; number++) {
            conversations.add(new Conversation(channel, number));
        }
        for (int message = 0; message < MESSAGES; message++) {
            for (Conversation conversation : conversations) {
                conversation.say(message);
            }
        }

        // Then
        for (Conversation conversation : conversations) {
            for (int message = 0; message < MESSAGES; message++) {
                conversation.hear(message);
            }
            conversation.end();
        }
    }

    @Test
    void callsGoElsewhereWhenAServiceDrainsAndNoneIsLost() throws Exception {
        // Given
        ManagedChannel pair = channelTo(SharedMesh.GRPC_PAIR);
        try (GrpcService first = new GrpcService(mesh.grpcPair.getFirst(), 60_000);
                GrpcService second = new GrpcService(mesh.grpcPair.getLast(), 60_000)) {
            List<Conversation> running = new ArrayList<>();
            for (int number = 0; number < STREAMS; number++) {
                running.add(new Conversation(pair, number));
                running.getLast().say(0);
                running.getLast().hear(0);
            }

            // When
            first.drain();
            List<Future<byte[]>> more = new ArrayList<>();
            for (int number = 0; number < STREAMS; number++) {
                more.add(futureUnaryCall(
                        pair.newCall(GrpcService.ECHO, CallOptions.DEFAULT), WebService.payload(number, 1000)));
            }

            // Then
            for (int number = 0; number < STREAMS; number++) {
                assertArrayEquals(
                        WebService.payload(number, 1000), more.get(number).get(60, TimeUnit.SECONDS));
                running.get(number).say(1);
                running.get(number).hear(1);
                running.get(number).end();
            }
            first.awaitDrained();
            second.drain();
        } finally {
            pair.shutdownNow().awaitTermination(60, TimeUnit.SECONDS);
        }
    }

    /// One stream of messages of its own in both directions.
    private static final class Conversation implements ClientResponseObserver<byte[], byte[]> {
        private static final byte[] END = {};

        private final int number;
        private final BlockingQueue<byte[]> heard = new LinkedBlockingQueue<>();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final StreamObserver<byte[]> out;

        Conversation(Channel channel, int number) {
            this.number = number;
            out = ClientCalls.asyncBidiStreamingCall(channel.newCall(GrpcService.CONVERSE, CallOptions.DEFAULT), this);
        }

        private byte[] own(int message) {
            return WebService.payload(number * 1000L + message, 100 + number * 37);
        }

        void say(int message) {
            out.onNext(own(message));
        }

        void hear(int message) throws InterruptedException {
            assertArrayEquals(own(message), heard.poll(60, TimeUnit.SECONDS), () -> number + ": " + failure.get());
        }

        void end() throws InterruptedException {
            out.onCompleted();
            assertArrayEquals(END, heard.poll(60, TimeUnit.SECONDS), () -> number + ": " + failure.get());
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<byte[]> stream) {
            // All at once: nothing is held back here.
        }

        @Override
        public void onNext(byte[] message) {
            heard.add(message);
        }

        @Override
        public void onError(Throwable error) {
            failure.set(error);
        }

        @Override
        public void onCompleted() {
            heard.add(END);
        }
    }
}

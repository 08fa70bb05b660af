package io.hikyaku.deploy;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.Messages.SimpleResponse;
import io.grpc.testing.integration.TestServiceGrpc.TestServiceImplBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/// The services of a pod in the end-to-end tests, under the protocols that the product carries; each answer says which
/// pod gave it. The program of the image that [PodImage] makes.
final class PodServices {
    static final int HTTP = 8080;
    static final int TCP = 8083;
    static final int GRPC = 8084;

    /// Where readiness is asked for; the pod is not ready while there is the file.
    static final String READY = "/ready";
    static final Path UNREADY = Path.of("/tmp/unready");

    private static final String NAME = String.valueOf(System.getenv("HOSTNAME"));

    private PodServices() {}

    static void main(String[] arguments) throws Exception {
        Vertx vertx = Vertx.vertx();
        vertx.createHttpServer(new HttpServerOptions().setPort(HTTP))
                .requestHandler(PodServices::answer)
                .webSocketHandler(socket -> socket.textMessageHandler(text -> socket.writeTextMessage(said(text))))
                .listen()
                .await();
        vertx.createNetServer().connectHandler(PodServices::greet).listen(TCP).await();
        NettyServerBuilder.forPort(GRPC).addService(new Grpc()).build().start();
        System.out.println("serving");
    }

    private static void answer(HttpServerRequest request) {
        boolean unready = request.uri().equals(READY) && Files.exists(UNREADY);
        request.response().setStatusCode(unready ? 503 : 200).end(said(request.uri()) + "\n");
    }

    /// The server speaks first, and then gives back what it gets.
    private static void greet(NetSocket socket) {
        socket.write(said("welcome") + "\n");
        socket.handler((Buffer bytes) -> socket.write(bytes));
    }

    private static String said(String what) {
        return NAME + " says " + what;
    }

    private static final class Grpc extends TestServiceImplBase {
        @Override
        public void unaryCall(SimpleRequest request, StreamObserver<SimpleResponse> to) {
            to.onNext(SimpleResponse.newBuilder().setUsername(said("unary")).build());
            to.onCompleted();
        }
    }
}

package io.hikyaku.channel.handshake;

import io.hikyaku.channel.crypto.DirectionKeys;
import io.hikyaku.identity.InstanceKey.Purpose;
import io.hikyaku.identity.Member;
import io.hikyaku.identity.MeshTrust;
import io.hikyaku.identity.Rejected;
import io.hikyaku.identity.Statement;
import io.hikyaku.wire.NodeId;
import io.hikyaku.wire.channel.ChannelGreeting;
import io.hikyaku.wire.channel.ChannelGreetings;
import io.hikyaku.wire.channel.HandshakeFrame.Segment;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.util.Arrays;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// TLS 1.3 between two bridges as a function from bytes that arrived to bytes to send (PROTOCOL.md §5.2). When TLS is
/// done, each side sends its [ChannelGreeting] under TLS; the handshake is complete when the other side's has been
/// verified. Knows no packets, no time and no loop.
public final class Handshake {
    /// The only version of the channel so far.
    public static final int VERSION = 1;

    private static final byte[] NOTHING = {};

    /// A handshake that cannot go on. The text is for logs and for the caller's error, without secrets.
    public static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        Failed(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /// What a complete handshake gives.
    ///
    /// @param secret what the packet keys are derived from
    /// @param peer the other end
    /// @param greeting what it said inside TLS
    public record Result(byte[] secret, Peer peer, ChannelGreeting greeting) {
        /// Whether the clear segments said the same as the greeting, as PROTOCOL.md §5.2 requires.
        public boolean agreesWith(Segment segment) {
            return segment.minVersion() == greeting.minVersion()
                    && segment.maxVersion() == greeting.maxVersion()
                    && segment.shardCount() == greeting.shardCount();
        }
    }

    private final SSLEngine engine;
    private final LocalIdentity self;
    private final NodeId peer;
    private final long channel;
    private final boolean initiator;
    private final int shardCount;
    private final int initialCredit;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteBuf greetingIn = Unpooled.buffer();
    private byte[] unread = NOTHING;
    private boolean greeted;

    public Handshake(
            LocalIdentity self, NodeId peer, long channel, boolean initiator, int shardCount, int initialCredit) {
        this.engine = initiator ? self.tls().client(member -> true) : self.tls().server(member -> true);
        this.self = self;
        this.peer = peer;
        this.channel = channel;
        this.initiator = initiator;
        this.shardCount = shardCount;
        this.initialCredit = initialCredit;
    }

    /// Goes on with bytes from the other side (none to start) as far as possible; may take milliseconds. What is
    /// to be sent then waits in [#takeOutput], also after a failure (the alert).
    ///
    /// @return the result once the handshake is complete, else null
    @Nullable
    public Result advance(byte[] arrived) throws Failed {
        unread = unread.length == 0 ? arrived : concat(unread, arrived);
        try {
            pump();
            return greeted && ChannelGreetings.isComplete(greetingIn) ? verified() : null;
        } catch (SSLException e) {
            wrapAlert();
            throw new Failed("TLS: " + e.getMessage(), e);
        } catch (Rejected | GeneralSecurityException e) {
            throw new Failed(String.valueOf(e.getMessage()), e);
        }
    }

    /// The bytes to send since the last call.
    public byte[] takeOutput() {
        byte[] bytes = output.toByteArray();
        output.reset();
        return bytes;
    }

    private void pump() throws SSLException, GeneralSecurityException {
        if (engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING && !greeted) {
            engine.beginHandshake();
        }
        boolean progress = true;
        while (progress) {
            progress = switch (engine.getHandshakeStatus()) {
                case NEED_TASK -> {
                    runTasks();
                    yield true;
                }
                case NEED_WRAP -> wrap(ByteBuffer.allocate(0));
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                case NOT_HANDSHAKING, FINISHED -> greet() || unwrap();
            };
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    private boolean wrap(ByteBuffer plaintext) throws SSLException {
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        var result = engine.wrap(plaintext, record);
        output.write(record.array(), 0, record.position());
        return result.bytesProduced() > 0;
    }

    private boolean unwrap() throws SSLException {
        if (unread.length == 0) {
            return false;
        }
        ByteBuffer in = ByteBuffer.wrap(unread);
        ByteBuffer plaintext = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize());
        engine.unwrap(in, plaintext);
        greetingIn.writeBytes(plaintext.flip());
        boolean progress = in.position() > 0;
        unread = Arrays.copyOfRange(unread, in.position(), unread.length);
        return progress;
    }

    private void wrapAlert() {
        try {
            while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && wrap(ByteBuffer.allocate(0))) {
                // The alert is on its way out; it tells the other side why.
            }
        } catch (SSLException e) {
            // Without the alert the other side learns by our REJECT.
            greeted = true;
        }
    }

    private boolean greet() throws SSLException, GeneralSecurityException {
        if (greeted) {
            return false;
        }
        greeted = true;
        byte[] signature = self.key().sign(Purpose.CHANNEL, role(initiator), exported("EXPORTER-hikyaku-greeting"));
        ByteBuf greeting = Unpooled.buffer();
        ChannelGreetings.write(
                greeting,
                new ChannelGreeting(VERSION, VERSION, shardCount, initialCredit, self.statement(), signature));
        ByteBuffer plaintext = ByteBuffer.wrap(ByteBufUtil.getBytes(greeting));
        while (plaintext.hasRemaining()) {
            if (!wrap(plaintext)) {
                throw new SSLException("TLS ended before the greeting");
            }
        }
        return true;
    }

    private Result verified() throws Rejected, GeneralSecurityException, Failed {
        ChannelGreeting greeting = ChannelGreetings.read(greetingIn);
        if (greeting.minVersion() > VERSION || greeting.maxVersion() < VERSION) {
            throw new Failed("No common channel version", null);
        }
        Member member = MeshTrust.memberOf(engine.getSession());
        Statement statement = Statement.verify(greeting.statement(), self.trust());
        if (!statement.certificate().equals(certificate())
                || !statement.member().equals(member)) {
            throw new Failed("The statement of " + statement.member() + " is not by the certificate shown", null);
        }
        if (!statement.nodeId().equals(peer)) {
            throw new Failed(member + " has node id " + statement.nodeId() + ", not " + peer, null);
        }
        byte[] exported = exported("EXPORTER-hikyaku-greeting");
        if (!statement.key().verifies(greeting.signature(), Purpose.CHANNEL, role(!initiator), exported)) {
            throw new Failed(member + " does not have the instance key it claims", null);
        }
        return new Result(
                exported("EXPORTER-hikyaku-channel"), new Peer(peer, member, greeting.shardCount()), greeting);
    }

    private Certificate certificate() throws Failed {
        try {
            return engine.getSession().getPeerCertificates()[0];
        } catch (SSLException e) {
            throw new Failed("No certificate from " + peer, e);
        }
    }

    private byte[] exported(String label) throws GeneralSecurityException {
        NodeId own = self.key().nodeId();
        ByteBuf context = Unpooled.buffer();
        context.writeLong(channel);
        (initiator ? own : peer).write(context);
        (initiator ? peer : own).write(context);
        try {
            return ((ExtendedSSLSession) engine.getSession())
                    .exportKeyingMaterialData(label, ByteBufUtil.getBytes(context), DirectionKeys.SECRET_BYTES);
        } catch (SSLException e) {
            throw new GeneralSecurityException("TLS exporter", e);
        }
    }

    private static byte[] role(boolean initiator) {
        return new byte[] {(byte) (initiator ? 0 : 1)};
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}

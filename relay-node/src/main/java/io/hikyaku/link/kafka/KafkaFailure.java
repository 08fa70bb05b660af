package io.hikyaku.link.kafka;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// Something that Kafka could not do or did not allow, in a sentence for an operator.
public final class KafkaFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What to do about it, which decides how the sentence reads.
    public enum Reason {
        /// No broker answers.
        UNREACHABLE,
        /// Keys, certificates or passwords are refused, on either side.
        NOT_AUTHENTICATED,
        /// An access control list is missing.
        NOT_ALLOWED,
        /// The topic does not exist, or this client may not know that it does.
        NO_TOPIC,
        /// Anything else.
        OTHER
    }

    private final Reason reason;
    private final String sentence;

    KafkaFailure(Reason reason, String sentence, Throwable cause) {
        super(sentence, cause);
        this.reason = reason;
        this.sentence = sentence;
    }

    /// The message, which is always there.
    String sentence() {
        return sentence;
    }

    public Reason reason() {
        return reason;
    }

    /// @param doing what was tried, for instance `creating topic x at host:port`
    static KafkaFailure of(String doing, Throwable thrown) {
        Throwable cause =
                thrown instanceof ExecutionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        Reason reason = reasonOf(cause);
        String why = switch (reason) {
            case UNREACHABLE -> "no broker answers";
            case NOT_AUTHENTICATED -> "not authenticated: " + cause.getMessage();
            case NOT_ALLOWED -> "not allowed: " + cause.getMessage();
            case NO_TOPIC -> "there is no such topic, or it may not be seen";
            case OTHER -> cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        };
        return new KafkaFailure(reason, doing + ": " + why, cause);
    }

    static Reason reasonOf(Throwable cause) {
        return switch (cause) {
            case AuthenticationException _ -> Reason.NOT_AUTHENTICATED;
            case AuthorizationException _ -> Reason.NOT_ALLOWED;
            case UnknownTopicOrPartitionException _ -> Reason.NO_TOPIC;
            case TimeoutException timeout
            when timeout.getMessage() != null && timeout.getMessage().contains("not present in metadata") ->
                Reason.NO_TOPIC;
            case TimeoutException _ -> Reason.UNREACHABLE;
            default -> Reason.OTHER;
        };
    }
}

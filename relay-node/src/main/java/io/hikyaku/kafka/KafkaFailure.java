package io.hikyaku.kafka;

import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedCompressionTypeException;

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
        /// A record is larger than the topic takes.
        TOO_LARGE,
        /// The topic's other settings forbid the record: compaction, timestamps, compression.
        NOT_ACCEPTED,
        /// Anything else.
        OTHER;

        /// Whether a broker answered and refused: trying again does not help.
        public boolean isRefusal() {
            return this == NOT_AUTHENTICATED || this == NOT_ALLOWED || this == TOO_LARGE || this == NOT_ACCEPTED;
        }
    }

    private static final String TO_MEND = ". To mend it: ./hikyaku kafka prepare";

    private final Reason reason;
    private final String sentence;
    private final String kind;

    public KafkaFailure(Reason reason, String sentence, Throwable cause) {
        this(reason, sentence, sentence, cause);
    }

    private KafkaFailure(Reason reason, String kind, String sentence, Throwable cause) {
        super(sentence, cause);
        this.reason = reason;
        this.sentence = sentence;
        this.kind = kind;
    }

    /// The same for all failures that differ only in times, offsets and the like.
    public String kind() {
        return kind;
    }

    /// The message, which is always there.
    public String sentence() {
        return sentence;
    }

    public Reason reason() {
        return reason;
    }

    /// @param doing what was tried, for instance `creating topic x at host:port`
    public static KafkaFailure of(String doing, Throwable thrown) {
        Throwable cause = causeOf(thrown);
        Reason reason = reasonOf(cause);
        String why = switch (reason) {
            case UNREACHABLE -> "no broker answers";
            case NOT_AUTHENTICATED -> "not authenticated: " + cause.getMessage();
            case NOT_ALLOWED -> "not allowed: " + cause.getMessage();
            case NO_TOPIC -> "there is no such topic, or it may not be seen";
            case TOO_LARGE -> "the broker refuses a record as too large: its max.message.bytes is too small" + TO_MEND;
            case NOT_ACCEPTED -> "the broker refuses a record: " + cause.getMessage() + TO_MEND;
            case OTHER -> cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        };
        String kind = doing + ": " + (reason == Reason.OTHER ? cause.getClass().getSimpleName() : reason);
        return new KafkaFailure(reason, kind, doing + ": " + why, cause);
    }

    /// What Kafka's client, or a future, has wrapped: a bare KafkaException says only what could not be created.
    private static Throwable causeOf(Throwable thrown) {
        boolean wraps = thrown instanceof ExecutionException || thrown.getClass() == KafkaException.class;
        return wraps && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    /// Whether Kafka's client lacks the metadata of a topic and would have had to wait for it.
    public static boolean isWithoutMetadata(Throwable failure) {
        return failure.getMessage() != null && failure.getMessage().contains("not present in metadata");
    }

    public static Reason reasonOf(Throwable cause) {
        return switch (cause) {
            case AuthenticationException _ -> Reason.NOT_AUTHENTICATED;
            case AuthorizationException _ -> Reason.NOT_ALLOWED;
            case UnknownTopicOrPartitionException _ -> Reason.NO_TOPIC;
            case TimeoutException timeout when isWithoutMetadata(timeout) -> Reason.NO_TOPIC;
            case TimeoutException _ -> Reason.UNREACHABLE;
            case RecordTooLargeException _, RecordBatchTooLargeException _ -> Reason.TOO_LARGE;
            case InvalidRecordException _,
                    InvalidTimestampException _,
                    PolicyViolationException _,
                    UnsupportedCompressionTypeException _ -> Reason.NOT_ACCEPTED;
            default -> Reason.OTHER;
        };
    }
}

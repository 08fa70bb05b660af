package io.hikyaku.cli;

import io.hikyaku.config.yaml.ConfigException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/// Turns what a command threw into one line for a person and an exit code for a script.
final class Failures {
    private Failures() {}

    /// Prints the failure on the command's error stream, with the stack trace only if `verbose`.
    ///
    /// @return the exit code that belongs to it
    static int report(Throwable thrown, CommandLine command, boolean verbose) {
        Throwable failure = unwrapped(thrown);
        PrintWriter err = command.getErr();
        err.println(command.getCommandSpec().qualifiedName() + ": " + describe(failure));
        if (verbose) {
            thrown.printStackTrace(err);
        }
        err.flush();
        return failure instanceof ConfigException ? Exit.WRONG_USAGE : Exit.FAILED;
    }

    /// What happened, in words: some exceptions of the JDK carry nothing but a file name in their message.
    static String describe(Throwable failure) {
        String message = message(failure);
        return switch (failure) {
            case NoSuchFileException _ -> "no such file: " + message;
            case AccessDeniedException _ -> "access denied: " + message;
            case FileAlreadyExistsException _ -> "already there: " + message;
            default -> message + because(failure.getCause(), message);
        };
    }

    private static String because(@Nullable Throwable cause, String said) {
        if (cause == null) {
            return "";
        }
        String reason = describe(unwrapped(cause));
        return said.contains(reason) ? "" : ": " + reason;
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }

    private static Throwable unwrapped(Throwable thrown) {
        Throwable cause = thrown.getCause();
        boolean wrapper = thrown instanceof CompletionException
                || thrown instanceof ExecutionException
                || thrown instanceof UncheckedIOException;
        return wrapper && cause != null ? unwrapped(cause) : thrown;
    }
}

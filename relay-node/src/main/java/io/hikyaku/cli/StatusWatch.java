package io.hikyaku.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Shows a text again and again, until the process ends or this thread is interrupted. Waits for a program that is away
/// for a while, and keeps what it said last in sight on a terminal.
final class StatusWatch {
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";

    /// How one text follows the other.
    enum Screen {
        /// In place of the previous one.
        REFRESHED,
        /// Below it, for files and pipes.
        ROLL
    }

    /// Asks for the text of now.
    interface Source {
        String text() throws IOException, InterruptedException;
    }

    private final PrintWriter out;
    private final Screen screen;
    private final Duration every;
    private final Source source;
    private String last = "";
    private @Nullable Instant awaySince;

    StatusWatch(PrintWriter out, Screen screen, Duration every, Source source) {
        this.out = out;
        this.screen = screen;
        this.every = every;
        this.source = source;
    }

    /// Whether somebody looks at standard output.
    static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }

    /// Returns only by an interrupt.
    void run() {
        CountDownLatch never = new CountDownLatch(1);
        try {
            do {
                show();
            } while (!never.await(every.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void show() throws InterruptedException {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        try {
            last = source.text();
            awaySince = null;
            print(now + "\n", last);
        } catch (IOException e) {
            Instant since = awaySince == null ? now : awaySince;
            awaySince = since;
            String why = TextTable.printable(String.valueOf(e.getMessage()));
            print(now + ", no answer since " + since + ": " + why + "\n", screen == Screen.REFRESHED ? last : "");
        }
    }

    private void print(String heading, String text) {
        switch (screen) {
            case ROLL -> out.print(heading + text + "\n");
            case REFRESHED -> {
                String lines = (heading + "\n" + text).replace("\n", CLEAR_LINE + "\n");
                out.print(HOME + lines + CLEAR_BELOW);
            }
        }
        out.flush();
    }
}

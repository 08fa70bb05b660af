package io.hikyaku.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StatusWatchTest {
    /// Shows each text, and what is null as a program that does not answer; then it is interrupted, as by Ctrl-C.
    private static String watch(StatusWatch.Screen screen, String... texts) {
        StringWriter shown = new StringWriter();
        Queue<String> left = new ArrayDeque<>(List.of(texts));
        StatusWatch watch = new StatusWatch(new PrintWriter(shown), screen, Duration.ofMillis(1), () -> {
            String text = left.poll();
            if (text == null) {
                throw new InterruptedException();
            }
            if (text.isEmpty()) {
                throw new IOException("nothing\u001b[2J answers");
            }
            return text;
        });
        watch.run();
        assertTrue(Thread.interrupted());
        return shown.toString().replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ", "NOW");
    }

    @Test
    void intoAFileOneTextFollowsTheOtherWithoutColoursOrMoves() {
        assertEquals("NOW\none\n\nNOW\ntwo\n\n", watch(StatusWatch.Screen.ROLL, "one\n", "two\n"));
    }

    @Test
    void onATerminalEachTextTakesThePlaceOfTheOneBefore() {
        assertEquals(
                "\u001b[HNOW\u001b[K\n\u001b[K\none\u001b[K\n\u001b[J", watch(StatusWatch.Screen.REFRESHED, "one\n"));
    }

    @Test
    void aProgramThatIsAwayIsSaidToBeAndWaitedFor() {
        // When
        String shown = watch(StatusWatch.Screen.ROLL, "one\n", "", "", "back\n");

        // Then
        assertEquals(
                "NOW\none\n\n" + "NOW, no answer since NOW: nothing?[2J answers\n\n".repeat(2) + "NOW\nback\n\n",
                shown);
    }

    @Test
    void whatItSaidLastStaysOnTheTerminal() {
        // When
        String shown = watch(StatusWatch.Screen.REFRESHED, "one\n", "");

        // Then
        assertTrue(shown.endsWith("answers\u001b[K\n\u001b[K\none\u001b[K\n\u001b[J"), shown);
        assertFalse(shown.contains("[2J answers") && !shown.contains("?[2J answers"), shown);
    }
}

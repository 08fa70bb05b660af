package io.hikyaku.node.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class QueuedLinesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MAX = 100;
    private static final byte[] TEN = "123456789\n".getBytes(StandardCharsets.US_ASCII);

    private final Reader reader = new Reader();
    private final LongAdder dropped = new LongAdder();
    private final BlockingQueue<Long> told = new LinkedBlockingQueue<>();
    private final QueuedLines lines = new QueuedLines("lines", reader, MAX, dropped, told::add);

    /// Reads when it is let.
    private static final class Reader extends OutputStream {
        private final Semaphore reads = new Semaphore(0);
        private final Semaphore asked = new Semaphore(0);
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private volatile boolean gone;

        @Override
        public void write(int b) {
            throw new IllegalStateException("byte by byte");
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            asked.release();
            reads.acquireUninterruptibly();
            if (gone) {
                throw new IOException("Broken pipe");
            }
            synchronized (bytes) {
                bytes.write(from, offset, length);
            }
        }

        String text() {
            synchronized (bytes) {
                return bytes.toString(StandardCharsets.US_ASCII);
            }
        }
    }

    @Test
    void whoWritesDoesNotWaitForTheReader() throws Exception {
        // When
        for (int i = 0; i < 1_000; i++) {
            lines.write(TEN, 0, TEN.length);
        }

        // Then
        assertFalse(lines.awaitWritten(Duration.ZERO));
        assertEquals("", reader.text());
    }

    @Test
    void dropsWhatIsBeyondTheBoundAndTellsHowMuchWhenItFlowsAgain() throws Exception {
        // Given
        lines.write(TEN, 0, TEN.length);
        reader.asked.acquire(); // that line is being written, and counts until it is
        for (int i = 0; i < 9; i++) {
            lines.write(TEN, 0, TEN.length);
        }
        assertEquals(0, dropped.sum());

        // When
        for (int i = 0; i < 7; i++) {
            lines.write(TEN, 0, TEN.length);
        }
        long beyond = dropped.sum();
        reader.reads.release(100);

        // Then
        assertEquals(7, beyond);
        assertTrue(lines.awaitWritten(PATIENCE));
        assertEquals("123456789\n".repeat(10), reader.text());
        assertEquals(7L, told.poll(60, TimeUnit.SECONDS));
    }

    @Test
    void linesStayWholeHoweverTheyAreWritten() throws Exception {
        // Given
        reader.reads.release(100);
        PrintStream printed = new PrintStream(lines, false, StandardCharsets.US_ASCII);

        // When
        printed.print("one ");
        printed.write('l');
        printed.println("ine");
        printed.print("two\nthree\nfour");
        printed.println();

        // Then
        assertTrue(lines.awaitWritten(PATIENCE));
        assertEquals(
                List.of("one line", "two", "three", "four"),
                reader.text().lines().toList());
    }

    @Test
    void aLineLongerThanTheBoundIsDroppedWhole() throws Exception {
        // Given
        reader.reads.release(100);

        // When
        for (int i = 0; i < 3 * MAX; i++) {
            lines.write('x');
        }
        lines.write('\n');
        byte[] text = ("y".repeat(MAX) + "\nz\n").getBytes(StandardCharsets.US_ASCII);
        lines.write(text, 0, text.length);

        // Then
        assertTrue(lines.awaitWritten(PATIENCE));
        assertEquals("z\n", reader.text());
        assertEquals(2, dropped.sum());
    }

    @Test
    void aReaderThatHasGoneCostsLinesAndNothingElse() throws Exception {
        // Given
        reader.gone = true;
        reader.reads.release(100);
        lines.write(TEN, 0, TEN.length);
        assertTrue(lines.awaitWritten(PATIENCE));

        // When
        reader.gone = false;
        lines.write(TEN, 0, TEN.length);

        // Then
        assertTrue(lines.awaitWritten(PATIENCE));
        assertEquals("123456789\n", reader.text());
        assertEquals(1L, told.poll(60, TimeUnit.SECONDS));
    }
}

package io.hikyaku.kubernetes.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hikyaku.cli.Exit;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CleanupCommandTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--wait=-1        | --wait: -1 is not between 0 and 3600",
                "--wait=3601      | --wait: 3601 is not between 0 and 3600",
                "--only=shop,Shop | --only: 'Shop'",
                "--only=          | --only: ''",
                "--everything     | Unknown option: '--everything'",
            })
    void refusesWhatIsWrongBeforeItAsksAnybody(String option, String reason) {
        // When
        StringWriter err = new StringWriter();
        int exit =
                new CommandLine(new KubeCommand()).setErr(new PrintWriter(err)).execute("cleanup", option);

        // Then
        assertEquals(Exit.WRONG_USAGE, exit);
        assertTrue(err.toString().contains(reason), err::toString);
    }
}

package dev.sirocco.tensor.exec.tornado;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private static String printed(boolean isTerminal, int kernels) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Progress progress = new Progress(new PrintStream(bytes, true, StandardCharsets.UTF_8), isTerminal,
                "tornado:0:0", kernels);
        progress.show(0);
        progress.show(100);
        progress.end();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void oneLineCountsUpOnATerminal() {
        String text = printed(true, 196);
        assertEquals(1, text.lines().filter(l -> l.contains("compiled 196 kernels in ")).count(), text);
        assertTrue(text.contains("\rcompiling kernels for tornado:0:0: 0 of 196 "), text);
        assertTrue(text.contains("\rcompiling kernels for tornado:0:0: 100 of 196 "), text);
        assertEquals(1, text.chars().filter(c -> c == '\n').count(), text);
    }

    @Test
    void elsewhereOnlyTheTotalIsSaid() {
        assertTrue(printed(false, 196).matches("compiled 196 kernels in [\\d.,]+ s\\R"), printed(false, 196));
    }

    @Test
    void fewKernelsAreNotWorthALine() {
        assertEquals("", printed(true, 20));
    }
}

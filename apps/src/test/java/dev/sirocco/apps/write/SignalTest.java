package dev.sirocco.apps.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.apps.Sirocco;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a signal leaves behind, in JVMs of their own. SIGTERM goes the same way as Ctrl-C. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no SIGTERM")
class SignalTest {

    private static final int TERMINATED = 128 + 15;

    @TempDir
    private static Path folder;
    private static Path text;

    @BeforeAll
    static void write() {
        text = Models.text(folder);
    }

    private static Process start(String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), Sirocco.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command).start();
    }

    /** Ends a process once it has printed a text; returns all that it printed. */
    private static String terminateAfter(String text, Process process) throws IOException, InterruptedException {
        InputStream out = process.getInputStream();
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        for (int b = out.read(); b >= 0 && !printed.toString(StandardCharsets.UTF_8).contains(text); b = out.read()) {
            printed.write(b);
        }
        process.toHandle().destroy();
        out.transferTo(printed);
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), "still running");
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void writingEndsWithALineEnd() throws IOException, InterruptedException {
        Path model = folder.resolve("writer");
        Models.train(text, model, "--steps", "1");
        Process process = start("write", "the ", "--model", model.toString(), "--chars", "100000000");
        String written = terminateAfter("the ", process);
        assertTrue(written.endsWith(System.lineSeparator()), written);
        assertEquals(TERMINATED, process.exitValue());
        assertEquals("", new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8)
                .replace("WARNING: Using incubator modules: jdk.incubator.vector\n", ""));
    }

    @Test
    void trainingSavesAndCanGoOn() throws IOException, InterruptedException {
        Path out = folder.resolve("stopped");
        Process process = start("write", "train", "--data", text.toString(), "--out", out.toString(),
                "--preset", "tiny", "--context", "16", "--batch", "4", "--steps", "1000000");
        String said = terminateAfter("step 1", process);
        assertTrue(said.contains("stopped after"), said);
        assertTrue(Files.exists(out.resolve("last.safetensors")) && Files.exists(out.resolve("weights.safetensors")),
                said);
    }
}

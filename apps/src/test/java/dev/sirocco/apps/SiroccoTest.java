package dev.sirocco.apps;

import static dev.sirocco.apps.Printed.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.exec.Executors;
import dev.sirocco.tensor.ir.UserError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SiroccoTest {

    @Test
    void helpNamesTheCommands() {
        for (String[] args : new String[][] {{}, {"help"}, {"--help"}}) {
            String help = Printed.wellBy(args);
            for (String command : new String[] {"write", "devices", "doctor", "help", "test"}) {
                assertTrue(help.contains("  " + command + " "), help);
            }
        }
    }

    @Test
    void versionIsOneLine() {
        String version = Printed.wellBy("--version");
        assertEquals(1, version.lines().count());
        assertTrue(version.startsWith("sirocco "), version);
    }

    @Test
    void whatIsUnknownIsRefused() {
        assertRefused(new String[] {"wrtie", "x"}, "'wrtie' is no command, did you mean 'write'", "sirocco --help");
        assertRefused(new String[] {"data", "fetch"}, "'fetch' is no command", "sirocco data --help");
        assertRefused(new String[] {"--loud"}, "Unknown option: '--loud'");
        assertRefused(new String[] {"write", "--loud"}, "--loud", "sirocco write --help");
        assertRefused(new String[] {"write", "--chars", "many"}, "--chars", "many");
    }

    @Test
    void doctorTriesTheExecutors() {
        String said = Printed.wellBy("doctor");
        for (String part : new String[] {"Java", "SIMD", "Memory", "--device reference    works",
                "--device cpu          works", Executors.hasTornado() ? "--device tornado:" : "TornadoVM",
                "All is well."}) {
            assertTrue(said.contains(part), said);
        }
    }

    @Test
    void theRehearsalRunsTheApps() {
        String said = Printed.wellBy("rehearse");
        assertTrue(said.contains("All is well.") && said.contains("ROMEO:"), said);
        assertFalse(Printed.wellBy("--help").contains("rehearse"));
    }

    @Test
    void devicesListsTheCpuAndSaysHowToGetMore() {
        String said = Printed.wellBy("devices");
        assertTrue(said.contains("\ncpu "), said);
        assertTrue(said.contains(Executors.hasTornado() ? "\ntornado:" : "sdk install tornadovm"), said);
    }

    @Test
    void aDeviceThatIsNotThereIsRefused() {
        assertRefused(new String[] {"write", "ROMEO:", "--device", "tornado:7:7"},
                Executors.hasTornado() ? "no such device" : "sdk install tornadovm");
    }

    @Test
    void anErrorOfOursIsOneLineAndALog() throws IOException {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        Failures failures = new Failures(new Terminal(InputStream.nullInputStream(), nowhere, new PrintStream(err)));
        assertEquals(1, failures.handle(new IllegalStateException("bent")));
        assertEquals(1, err.toString().lines().count(), err.toString());
        Matcher log = Pattern.compile("\\S+\\.log").matcher(err.toString());
        assertTrue(log.find(), err.toString());
        Path file = Path.of(log.group());
        assertTrue(Files.readString(file).contains("at " + SiroccoTest.class.getName()), "no stack trace in the log");
        Files.delete(file);
    }

    @Test
    void aMessageOfSeveralLinesBecomesOne() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        Failures failures = new Failures(new Terminal(InputStream.nullInputStream(), nowhere, new PrintStream(err)));
        assertEquals(2, failures.handle(new UserError("first\n  second")));
        assertEquals("sirocco: first second", err.toString().strip());
    }

    @Test
    void tooLittleMemoryIsSaid() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
        Failures failures = new Failures(new Terminal(InputStream.nullInputStream(), nowhere, new PrintStream(err)));
        assertEquals(2, failures.handle(new OutOfMemoryError()));
        assertTrue(err.toString().contains("-Xmx"), err.toString());
    }
}

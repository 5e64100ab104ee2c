package dev.sirocco.apps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a command printed, run in this JVM. */
public record Printed(int code, String out, String err) {

    public static Printed by(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Sirocco.run(new Terminal(InputStream.nullInputStream(), printer(out), printer(err)), args);
        return new Printed(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream printer(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /** The output of a command that must succeed without a complaint. */
    public static String wellBy(String... args) {
        Printed printed = by(args);
        assertEquals("", printed.err);
        assertEquals(0, printed.code);
        return printed.out;
    }

    /** A command that must be refused with code 2 and one line on stderr, which contains these texts. */
    public static void assertRefused(String[] args, String... texts) {
        Printed printed = by(args);
        assertEquals(2, printed.code, printed.err);
        assertEquals(1, printed.err.lines().count(), printed.err);
        for (String text : texts) {
            assertTrue(printed.err.contains(text), () -> "'" + text + "' is not in: " + printed.err);
        }
    }
}

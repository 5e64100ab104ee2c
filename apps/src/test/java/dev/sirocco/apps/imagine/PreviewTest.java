package dev.sirocco.apps.imagine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.vision.Picture;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreviewTest {

    /** Red above, green below, blue at the bottom. */
    private static final Picture STRIPES = new Picture(1, 3, 3, new byte[] {-1, 0, 0, 0, -1, 0, 0, 0, -1});

    @Test
    void aTerminalIsKnownByItsEnvironment() {
        assertEquals(Optional.of(Preview.KITTY), Preview.of(Map.of("TERM", "xterm-kitty", "COLORTERM", "truecolor")));
        assertEquals(Optional.of(Preview.ITERM), Preview.of(Map.of("TERM_PROGRAM", "iTerm.app")));
        assertEquals(Optional.of(Preview.BLOCKS),
                Preview.of(Map.of("TERM", "xterm-kitty", "COLORTERM", "truecolor", "TMUX", "x")));
        assertEquals(Optional.of(Preview.BLOCKS), Preview.of(Map.of("COLORTERM", "24bit")));
        assertEquals(Optional.empty(), Preview.of(Map.of("TERM", "xterm-256color")));
    }

    @Test
    void halfBlocksShowTwoRowsALine() {
        assertEquals("\33[48;2;0;255;0m\33[38;2;255;0;0m▀\33[0m\n\33[49m\33[38;2;0;0;255m▀\33[0m\n",
                Preview.BLOCKS.of(STRIPES));
        assertEquals(40, Preview.BLOCKS.of(Picture.filled(200, 200, 0)).lines().count());
    }

    @Test
    void graphicsCarryAWholePng() {
        Picture enlarged = STRIPES.scaled(86, 258);
        String iterm = Preview.ITERM.of(STRIPES);
        String data = iterm.substring(iterm.indexOf(':') + 1, iterm.indexOf('\7'));
        assertEquals(enlarged, Picture.decode(Base64.getDecoder().decode(data), "preview"));
        String kitty = Preview.KITTY.of(new Picture(64, 64, 1, noise(4096)));
        StringBuilder joined = new StringBuilder();
        for (String piece : kitty.strip().split("\33\\\\")) {
            assertTrue(piece.startsWith("\33_G"), piece);
            joined.append(piece.substring(piece.indexOf(';') + 1));
        }
        assertEquals(256, Picture.decode(Base64.getDecoder().decode(joined.toString()), "preview").width());
        assertTrue(kitty.startsWith("\33_Ga=T,f=100,q=2,m=1;"), kitty.substring(0, 30));
        assertEquals(1, kitty.split("m=0;").length - 1);
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * i * 31 >> 3);
        }
        return bytes;
    }

    @Test
    void progressIsForTerminalsOnly() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ProgressBar bar = new ProgressBar(new PrintStream(file, true, StandardCharsets.UTF_8), false)) {
            bar.show(1, 2);
        }
        assertEquals(0, file.size());
        try (ProgressBar bar = new ProgressBar(new PrintStream(file, true, StandardCharsets.UTF_8), true)) {
            bar.show(1, 2);
        }
        String shown = file.toString(StandardCharsets.UTF_8);
        assertTrue(shown.startsWith("\r" + "█".repeat(15) + "░".repeat(15) + " 1 of 2, "), shown);
        assertTrue(shown.endsWith("\r\33[K"), shown);
    }
}

package dev.sirocco.audio.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.audio.Sound;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordingsTest {

    @TempDir
    private Path folder;

    private void sound(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        new Sound(new float[800], 16_000).write(file);
    }

    @Test
    void everyFourthLongPromptIsHeldOut() throws IOException {
        StringBuilder texts = new StringBuilder("; Core Sounds\n\nbeep: [this is a tone]\n"
                + "silence/1: (1 second of silence)\nletters/dash: dash [-]\ngone: This one has no sound\n");
        for (int i = 1; i <= 8; i++) {
            texts.append("p").append(i).append(": one two: three, number ").append(i).append('\n');
            sound("p" + i + ".g722");
        }
        for (String name : List.of("beep", "silence/1", "letters/dash")) {
            sound(name + ".g722");
        }
        try (var out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("core-sounds-en.txt.gz")))) {
            out.write(texts.toString().getBytes(StandardCharsets.UTF_8));
        }
        Recordings all = Recordings.read(folder);
        assertEquals(List.of("p4.g722", "p8.g722"), all.held().stream().map(Recording::name).toList());
        assertEquals(List.of("dash", "one two: three, number 1"),
                all.training().subList(0, 2).stream().map(Recording::text).toList());
        assertEquals(7, all.training().size());
        assertEquals(8_000, all.held().getFirst().sound(8_000).rate());
    }

    @Test
    void aTableNamesSounds() throws IOException {
        sound("wavs/one.wav");
        sound("two.flac");
        Files.writeString(folder.resolve("metadata.csv"), "one|Dr. One|Doctor One\ntwo|Two\n");
        assertEquals(List.of("Dr. One", "Two"),
                Recordings.read(folder).training().stream().map(Recording::text).toList());
        Files.writeString(folder.resolve("metadata.csv"), "three|Three\n");
        assertTrue(assertThrows(UserError.class, () -> Recordings.read(folder)).getMessage().contains("three"));
    }

    @Test
    void textsLieBesideSounds() throws IOException {
        for (int i = 10; i < 62; i++) {
            sound("a/%d.wav".formatted(i));
            Files.writeString(folder.resolve("a/%d.txt".formatted(i)), "number " + i + "\n");
        }
        sound("a/63.wav");
        Recordings all = Recordings.read(folder);
        assertEquals(52, all.training().size());
        assertEquals("", all.training().getLast().text());                       // nobody knows what is said
        assertEquals(51, all.withTexts().training().size());
        Recordings unknown = new Recordings(List.of(all.training().getLast()), List.of());
        assertTrue(assertThrows(UserError.class, unknown::withTexts).getMessage().contains("metadata.csv"));
        assertEquals("number 59", all.held().getFirst().text());
    }

    @Test
    void aFolderWithoutRecordingsIsRefused() throws IOException {
        assertThrows(UserError.class, () -> Recordings.read(folder.resolve("none")));
        Files.writeString(folder.resolve("a.txt"), "nobody says this\n");
        assertTrue(assertThrows(UserError.class, () -> Recordings.read(folder)).getMessage().contains("metadata.csv"));
    }
}

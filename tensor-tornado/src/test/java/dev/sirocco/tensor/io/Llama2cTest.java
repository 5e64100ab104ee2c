package dev.sirocco.tensor.io;

import static dev.sirocco.tensor.io.Golden.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Llama2cTest {

    @ParameterizedTest
    @CsvSource({"llama-v0.bin, true", "llama-v0-output.bin, false", "llama-v1.bin, false", "llama-v2.bin, true"})
    void config(String name, boolean isOutputShared) {
        Llama2c file = Llama2c.open(Golden.path(name));
        assertEquals(new Llama2c.Config(8, 12, 2, 4, 2, 16, 5, isOutputShared), file.config());
        assertEquals(!isOutputShared, file.contains("output.weight"));
        assertEquals(12, file.metadata().get("hidden_dim"));
    }

    @Test
    void groupsOfBytes() {
        Llama2c file = Llama2c.open(Golden.path("llama-v2.bin"));
        assertEquals("I8/4", file.storedType("layers.1.feed_forward.w2.weight"));
        assertEquals(8 * 12 + 8 * 12 / 4 * 4, file.storedBytes("layers.1.feed_forward.w2.weight"));
        assertEquals("F32", file.storedType("norm.weight"));
    }

    /** Whatever a number of the header becomes, version 0 must give the file's size. */
    @Test
    void otherNumbersInVersionZero() throws IOException {
        byte[] sound = Files.readAllBytes(Golden.path("llama-v0.bin"));
        for (int i = 0; i < 7; i++) {
            for (int value : new int[] {0, 1, -1, 3, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 24}) {
                MemorySegment damaged = MemorySegment.ofArray(with(sound, i * 4, value));
                assertFalse(Llama2c.isVersion0(Path.of("test.bin"), damaged), i + " " + value);
            }
        }
        assertTrue(Llama2c.isVersion0(Path.of("test.bin"), MemorySegment.ofArray(sound)));
    }

    @ParameterizedTest
    @CsvSource({"4, 3, 'its version of llama2.c is 3, not 0, 1 or 2'", "8, 0, its header has impossible sizes",
        "16, 1000000, its header has impossible sizes", "20, 3, its header has impossible sizes",
        "28, -16, its header has impossible sizes", "8, 16777216, it is cut short", "37, 0, its header has impossible",
        "37, 5, 'tok_embeddings.weight [16, 8] does not consist of groups of 5'",
        "37, 8, bytes follow the last tensor"})
    void damagedHeader(int at, int value, String message) throws IOException {
        byte[] damaged = with(Files.readAllBytes(Golden.path("llama-v2.bin")), at, value);
        assertRefused(message, () -> Llama2c.of(Path.of("test.bin"), MemorySegment.ofArray(damaged)));
    }

    private static byte[] with(byte[] bytes, int at, int value) {
        byte[] copy = Arrays.copyOf(bytes, bytes.length);
        ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return copy;
    }
}

package dev.sirocco.tensor.exec;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sirocco.tensor.ir.Op.RandomKind;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PhiloxTest {

    /** The known answers of Random123, the authors' own implementation. */
    @Test
    void wordsAreTheAuthors() {
        assertArrayEquals(new int[] {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}, Philox.words(0, 0, 0, 0, 0, 0));
        assertArrayEquals(new int[] {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
                Philox.words(-1, -1, -1, -1, -1, -1));
        assertArrayEquals(new int[] {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}, Philox.words(
                0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0));
    }

    @Test
    void numbersAreDistributedAsTheyShould() {
        double[] uniform = stream(RandomKind.UNIFORM);
        assertEquals(0.5, Arrays.stream(uniform).average().orElseThrow(), 0.005);
        assertTrue(Arrays.stream(uniform).allMatch(u -> u >= 0 && u < 1 && u == (float) u));
        double[] normal = stream(RandomKind.NORMAL);
        assertEquals(0, Arrays.stream(normal).average().orElseThrow(), 0.02);
        assertEquals(1, Arrays.stream(normal).map(z -> z * z).average().orElseThrow(), 0.02);
        assertEquals(3, Arrays.stream(normal).map(z -> z * z * z * z).average().orElseThrow(), 0.15);
        assertEquals(0, IntStream.range(1, normal.length).mapToDouble(i -> normal[i] * normal[i - 1]).average()
                .orElseThrow(), 0.02);
    }

    private static double[] stream(RandomKind kind) {
        return IntStream.range(0, 10_000).boxed()
                .flatMapToDouble(block -> Arrays.stream(Philox.numbers(kind, block, 42, 7, 3))).toArray();
    }
}

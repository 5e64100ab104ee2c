package dev.sirocco.text.subword;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairMergingTest {

    /** As the definition reads: look for the best pair in all the word, join it, and again. */
    private static int[] plainly(int[] word, MergeTable merges) {
        List<Integer> symbols = new ArrayList<>(IntStream.of(word).boxed().toList());
        while (true) {
            int best = -1;
            for (int i = 0; i + 1 < symbols.size(); i++) {
                int rule = merges.find(symbols.get(i), symbols.get(i + 1));
                if (rule >= 0 && (best < 0 || merges.rank(rule)
                        < merges.rank(merges.find(symbols.get(best), symbols.get(best + 1))))) {
                    best = i;
                }
            }
            if (best < 0) {
                return symbols.stream().mapToInt(Integer::intValue).toArray();
            }
            int into = merges.merged(merges.find(symbols.get(best), symbols.get(best + 1)));
            symbols.remove(best + 1);
            symbols.set(best, into);
        }
    }

    /** Rules of any symbols in any order, many of the same rank. */
    @Test
    void joinsAsDefined() {
        Random random = new Random(1);
        for (int trial = 0; trial < 500; trial++) {
            MergeTable merges = new MergeTable();
            int symbols = 2 + random.nextInt(12);
            for (int rule = random.nextInt(40); rule > 0; rule--) {
                merges.add(random.nextInt(symbols) - 2, random.nextInt(symbols) - 2, random.nextInt(6),
                        random.nextInt(symbols));
            }
            int[] word = random.ints(random.nextInt(40), -2, symbols - 2).toArray();
            assertArrayEquals(plainly(word, merges), PairMerging.merge(word.clone(), merges));
        }
    }

    @Test
    void theTableFindsWhatWasAdded() {
        MergeTable merges = new MergeTable();
        for (int i = -5000; i < 5000; i++) {
            assertTrue(merges.add(i, ~i * 31, i + 5000, i & 1023));
        }
        for (int i = -5000; i < 5000; i++) {
            int rule = merges.find(i, ~i * 31);
            assertEquals(i + 5000, merges.rank(rule));
            assertEquals(i & 1023, merges.merged(rule));
            assertEquals(-1, merges.find(i, ~i * 31 + 1));
        }
        assertFalse(merges.add(3, ~3 * 31, 0, 7));
        assertEquals(5003, merges.rank(merges.find(3, ~3 * 31)));
    }
}

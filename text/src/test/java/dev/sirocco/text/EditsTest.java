package dev.sirocco.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditsTest {

    @ParameterizedTest
    @CsvSource({"'', '', 0, 0, 0, 0, 0", "abc, abc, 0, 0, 0, 0, 0", "'', abc, 0, 0, 3, 0, 3", "abc, '', 0, 3, 0, 3, 0",
            "kitten, sitting, 2, 0, 1, 0, 1", "abcdefghijk, abfghijxyzk, 0, 3, 3, 3, 3", "abcde, bcxe, 1, 1, 0, 1, 0",
            "abcabc, abcabcabc, 0, 0, 3, 0, 3"})
    void counts(String from, String to, int changed, int leftOut, int putIn, int longestLeftOut, int longestPutIn) {
        assertEquals(new Edits(changed, leftOut, putIn, longestLeftOut, longestPutIn),
                Edits.of(letters(from), letters(to)));
    }

    @Test
    void lengthsAddUpAndTheTotalIsTheDistance() {
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 300; i++) {
            List<Integer> from = some(random);
            List<Integer> to = some(random);
            Edits edits = Edits.of(from, to);
            assertEquals(to.size() - from.size(), edits.putIn() - edits.leftOut());
            assertEquals(distance(from, to), edits.total());
            assertEquals(edits.total(), Edits.of(to, from).total());
        }
    }

    private static List<Integer> some(SplittableRandom random) {
        return random.ints(random.nextInt(7), 0, 3).boxed().toList();
    }

    /** By trying everything. */
    private static int distance(List<Integer> a, List<Integer> b) {
        if (a.isEmpty() || b.isEmpty()) {
            return a.size() + b.size();
        }
        List<Integer> restA = a.subList(1, a.size());
        List<Integer> restB = b.subList(1, b.size());
        int kept = distance(restA, restB) + (a.getFirst().equals(b.getFirst()) ? 0 : 1);
        return Math.min(kept, 1 + Math.min(distance(restA, b), distance(a, restB)));
    }

    private static List<Character> letters(String word) {
        return word.chars().mapToObj(c -> (char) c).collect(Collectors.toList());
    }
}

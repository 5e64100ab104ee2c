package dev.sirocco.text.speech;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class NumbersTest {

    private static final Map<String, Long> POWERS =
            Map.of("thousand", 1000L, "million", 1_000_000L, "billion", 1_000_000_000L, "trillion", 1_000_000_000_000L);
    private static final Map<String, Long> WORDS = LongStream.range(0, 100).filter(n -> n <= 20 || n % 10 == 0).boxed()
            .collect(Collectors.toMap(Numbers::cardinal, n -> n));

    /**
     * Reads a name as a person does: adds what stands side by side, multiplies by hundreds and powers of a thousand.
     */
    private static long value(String name) {
        long sum = 0;
        long group = 0;
        for (String word : name.replace("minus ", "").split(" ")) {
            if (word.equals("hundred")) {
                group *= 100;
            } else if (POWERS.containsKey(word)) {
                sum += group * POWERS.get(word);
                group = 0;
            } else {
                group += WORDS.get(word);
            }
        }
        return (name.startsWith("minus ") ? -1 : 1) * (sum + group);
    }

    @Test
    void cardinalsMeanTheirNumbers() {
        for (int n = 0; n <= 2100; n++) {
            assertEquals(n, value(Numbers.cardinal(n)));
        }
        Random random = new Random(1);
        for (int trial = 0; trial < 10_000; trial++) {
            long n = random.nextLong(1_000_000_000_000_000L) >> random.nextInt(50);
            assertEquals(n, value(Numbers.cardinal(n)));
            assertEquals(-n, value(Numbers.cardinal(-n)));
            assertEquals(n, value(Numbers.written("%,d".formatted(n))));
        }
    }

    @Test
    void longerNumbersAreReadDigitByDigit() {
        assertEquals("one" + " zero".repeat(15), Numbers.cardinal(1_000_000_000_000_000L));
        assertEquals("nine ".repeat(30).strip(), Numbers.written("9".repeat(30)));
    }

    @Test
    void yearsMeanTheirNumbers() {
        for (int year = 1; year < 10_000; year++) {
            String name = Numbers.year(year);
            if (!name.contains("thousand") && year >= 1000) {
                List<String> words = List.of(name.split(" "));
                int split = name.endsWith(" hundred") ? words.size() - 1 : words.contains("oh") ? words.indexOf("oh")
                        : -1;
                if (split > 0) {
                    assertEquals(year / 100, value(String.join(" ", words.subList(0, split))));
                    assertEquals(year % 100 == 0 ? "hundred" : "oh " + Numbers.cardinal(year % 100),
                            String.join(" ", words.subList(split, words.size())));
                } else {
                    assertEquals(Numbers.cardinal(year / 100) + " " + Numbers.cardinal(year % 100), name);
                }
            } else {
                assertEquals(year, value(name));
            }
        }
    }

    @Test
    void ordinalsChangeTheLastWordOnly() {
        Map<Long, String> names = Map.of(0L, "zeroth", 1L, "first", 12L, "twelfth", 20L, "twentieth",
                21L, "twenty first", 40L, "fortieth",
                100L, "one hundredth", 113L, "one hundred thirteenth", 1_000_000L, "one millionth", 3_000_005L,
                        "three million fifth");
        names.forEach((n, name) -> assertEquals(name, Numbers.ordinal(n)));
        for (long n = 0; n < 2000; n++) {
            String cardinal = Numbers.cardinal(n);
            String ordinal = Numbers.ordinal(n);
            assertEquals(cardinal.substring(0, cardinal.lastIndexOf(' ') + 1), ordinal.substring(0,
                    ordinal.lastIndexOf(' ') + 1));
        }
    }

    @Test
    void decimalsAreReadDigitByDigit() {
        assertEquals("zero point zero zero seven", Numbers.written("0.007"));
        assertEquals("one thousand two hundred thirty four point five", Numbers.written("1,234.5"));
        assertEquals("point five", Numbers.written(".5"));
    }
}

package dev.sirocco.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Typographic punctuation and its typewriter spelling: one table for cleaning and for finding close characters. */
final class Typography {

    /** Quotes, dashes, ellipses, bullets: code point to ASCII. */
    static final Map<Integer, String> PUNCTUATION = new LinkedHashMap<>();
    /** Spaces of other widths, to U+0020. */
    static final Map<Integer, String> SPACES = new LinkedHashMap<>();
    /** Line and page breaks, to {@code \n}. */
    static final Map<Integer, String> BREAKS = new LinkedHashMap<>();

    static {
        put(PUNCTUATION, "'", 0x2019, 0x2018, 0x201A, 0x201B, 0x2032, 0x2035, 0x2039, 0x203A, 0x02BC, 0x02BB, 0x00B4,
                0xFF07);
        put(PUNCTUATION, "\"", 0x201C, 0x201D, 0x201E, 0x201F, 0x2033, 0x2036, 0x00AB, 0x00BB, 0x301D, 0x301E, 0x301F,
                0xFF02);
        put(PUNCTUATION, "'''", 0x2034);
        put(PUNCTUATION, "-", 0x2010, 0x2011, 0x2012, 0x2013, 0x2212, 0x2043, 0xFE32, 0xFE63, 0xFF0D);
        put(PUNCTUATION, "--", 0x2014, 0x2015, 0xFE31, 0xFE58);
        put(PUNCTUATION, "---", 0x2E3A, 0x2E3B);
        put(PUNCTUATION, "...", 0x2026);
        put(PUNCTUATION, "..", 0x2025);
        put(PUNCTUATION, ".", 0x2024);
        put(PUNCTUATION, "*", 0x2022);
        put(PUNCTUATION, "/", 0x2044);
        put(SPACES, " ", 0x00A0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009,
                0x200A, 0x202F, 0x205F, 0x3000, '\t');
        put(BREAKS, "\n", '\r', 0x000B, 0x000C, 0x0085, 0x2028, 0x2029);
    }

    private static final Map<String, List<Integer>> SPELT_THE_SAME = new TreeMap<>();

    static {
        for (var table : List.of(PUNCTUATION, SPACES, BREAKS)) {
            table.forEach((from, ascii) -> SPELT_THE_SAME.computeIfAbsent(ascii, k -> new ArrayList<>()).add(from));
        }
    }

    private Typography() {}

    private static void put(Map<Integer, String> table, String ascii, int... codePoints) {
        for (int codePoint : codePoints) {
            table.put(codePoint, ascii);
        }
    }

    /** The ASCII spelling of a quote, dash, space or break; null for anything else. */
    static String ascii(int codePoint) {
        String ascii = PUNCTUATION.get(codePoint);
        ascii = ascii == null ? SPACES.get(codePoint) : ascii;
        return ascii == null ? BREAKS.get(codePoint) : ascii;
    }

    /** The typographic characters whose ASCII spelling is {@code ascii}, commonest first. */
    static List<Integer> spelt(String ascii) {
        return SPELT_THE_SAME.getOrDefault(ascii, List.of());
    }
}

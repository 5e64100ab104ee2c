package dev.sirocco.text.speech;

import java.io.Reader;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;

/** One character for each of typography's variants, so that the rules need to know only one. */
final class Typing {

    private static final String[][] VARIANTS = {
        {"\u2018", "'"}, {"\u2019", "'"}, {"\u02BC", "'"}, {"\u2032", "'"}, {"`", "'"},
        {"\u201C", "\""}, {"\u201D", "\""}, {"\u201E", "\""}, {"\u00AB", "\""}, {"\u00BB", "\""}, {"\u2033", "\""},
        {"\u2010", "-"}, {"\u2011", "-"}, {"\u2212", "-"}, {"\u2012", "\u2013"}, {"\u2015", "\u2014"},
        {"\u2026", "..."}, {"\u00A0", " "}, {"\u2009", " "}, {"\u202F", " "}, {"\u2044", "/"}, {"\u2028", "\n"},
        {"\u2029", "\n\n"}, {"\r\n", "\n"}, {"\r", "\n"}, {"\u03BC", "\u00B5"}, {"\u2126", "\u03A9"}, {"\u212A", "K"},
        {"\u00AD", ""}, {"\u200B", ""}, {"\u200E", ""}, {"\u200F", ""}, {"\uFEFF", ""}, {"\u2060", ""},
        {String.valueOf(InitialismFilter.LETTER), ""},
    };
    /** Combining accents: English is spelt the same without them. */
    private static final char FIRST_ACCENT = '\u0300';
    private static final char LAST_ACCENT = '\u036F';

    private static final NormalizeCharMap MAP = map();

    private Typing() {}

    static Reader filter(Reader text) {
        return new MappingCharFilter(MAP, text);
    }

    private static NormalizeCharMap map() {
        var map = new NormalizeCharMap.Builder();
        for (String[] variant : VARIANTS) {
            map.add(variant[0], variant[1]);
        }
        for (char accent = FIRST_ACCENT; accent <= LAST_ACCENT; accent++) {
            map.add(String.valueOf(accent), "");
        }
        return map.build();
    }
}

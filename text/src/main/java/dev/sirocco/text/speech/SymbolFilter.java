package dev.sirocco.text.speech;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.lucene.analysis.TokenStream;

/** Signs that are said: {@code &}, {@code +}, {@code =}; lone Greek letters by name. */
final class SymbolFilter extends RewriteFilter {

    private static final Map<String, String> SIGNS = Map.ofEntries(
            Map.entry("&", "and"), Map.entry("+", "plus"), Map.entry("=", "equals"), Map.entry("@", "at"),
            Map.entry("%", "percent"), Map.entry("\u00D7", "times"), Map.entry("\u00F7", "divided by"),
            Map.entry("<", "less than"), Map.entry(">", "greater than"), Map.entry("\u2264", "less than or equal to"),
            Map.entry("\u2265", "greater than or equal to"), Map.entry("\u2260", "is not equal to"),
            Map.entry("\u2248", "approximately equals"), Map.entry("\u00B1", "plus or minus"),
            Map.entry("\u221A", "square root of"), Map.entry("\u221E", "infinity"), Map.entry("\u00A7", "section"),
            Map.entry("\u00A9", "copyright"), Map.entry("\u00AE", "registered"), Map.entry("\u00B6", "paragraph"),
            Map.entry("\u00B0", "degrees"), Map.entry("$", "dollar"), Map.entry("\u20AC", "euro"),
            Map.entry("\u00A3", "pound"), Map.entry("\u00A5", "yen"), Map.entry("\u00A2", "cent"),
            Map.entry("\u00B5", "micro"), Map.entry("\u2030", "per mille"), Map.entry("\\", "backslash"));

    private static final List<Rule> RULES = List.of(
            Rule.anywhere("#(?=\\d)", m -> "number "),
            Rule.of("(\\p{Lu}{1,3})&(\\p{Lu}{1,3})",
                    m -> InitialismFilter.spell(m.group(1)) + " and " + InitialismFilter.spell(m.group(2))),
            Rule.of("and/or", m -> "and or"),
            Rule.of("(he|she|his|her)/(her|hers|him|his|he|she)", m -> m.group(1) + " or " + m.group(2)),
            Rule.anywhere("(?<=\\d) ?\\* ?(?=\\d)", m -> " times "),
            Rule.anywhere("(?<=\\d) ?/ ?(?=\\d)", m -> " over "),
            Rule.anywhere("(?<=\\d) - (?=\\d[^-]*=)", m -> " minus "),
            Rule.anywhere("(?<=\\d)\\^2|\u00B2", m -> " squared"),
            Rule.anywhere("(?<=\\d)\\^3|\u00B3", m -> " cubed"),
            Rule.anywhere("(?<=\\w)\\^(?=[\\w-])", m -> " to the power of "),
            Rule.of("~ ?(?=\\d)", m -> "about "),
            Rule.anywhere("(?<=\\d)\\+(?= \\p{L}|$|,)", m -> " plus"),
            Rule.of("(?i:C\\+\\+)", m -> "C plus plus"),
            Rule.anywhere("(?<=\\b[CF])#", m -> " sharp"),
            Rule.anywhere("(?<=\\p{L})/(?=\\p{L})", m -> " slash "),
            Rule.anywhere("(?<!\\p{L})\\p{IsGreek}(?!\\p{L})", m -> greek(m.group().codePointAt(0))),
            // the keys of a telephone; at the front they are the marks of a heading or a list
            Rule.anywhere("(?<=\\w\\s)#(?=[\\s.,]|$)", m -> "pound"),
            Rule.anywhere("(?<=\\w\\s)\\*(?=[\\s.,]|$)", m -> "star"),
            Rule.anywhere("[&+=@%\u00D7\u00F7<>\u2264\u2265\u2260\u2248\u00B1"
            + "\u221A\u221E\u00A7\u00A9\u00AE\u00B6\u00B0$\u20AC\u00A3\u00A5\u00A2\u00B5\u2030\\\\]",
                    m -> " " + SIGNS.get(m.group()) + " "));

    SymbolFilter(TokenStream sentences) {
        super(sentences, RULES);
    }

    /** GREEK SMALL LETTER ALPHA is "alpha". */
    private static String greek(int letter) {
        String name = Character.getName(letter).toLowerCase(Locale.ROOT);
        int at = name.indexOf("letter ");
        return at < 0 ? Character.toString(letter)
                : name.substring(at + "letter ".length()).replaceFirst(" with .*", "");
    }
}

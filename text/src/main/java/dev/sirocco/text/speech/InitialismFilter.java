package dev.sirocco.text.speech;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.lucene.analysis.TokenStream;

/**
 * Words in capitals are spelled, {@code FBI} becomes {@code F B I}, unless they can be read; everything else becomes
 * lower case. What is left in capitals after this filter is the name of a letter.
 */
final class InitialismFilter extends RewriteFilter {

    /** Stands before a capital that is the name of a letter, until this filter has done its work. */
    static final char LETTER = '\uE000';

    /** Short ones that are read as words; {@code WHO}, {@code US} and {@code IT} are not. */
    private static final Set<String> READ = Set.of("RAM", "ROM", "SIM", "PIN", "GIF", "ZIP", "AIM", "LAN", "WAN",
            "NASA", "SAT", "NOT", "THE", "AND", "YOU", "ALL", "BUT", "CAN", "ARE", "WAS", "HAS", "HAD", "HER", "HIS",
            "HIM", "SHE", "OUT", "NOW", "NEW", "ONE", "TWO", "YES", "DO", "GO", "NO", "SO", "IS", "OR", "TO", "IN",
            "ON", "MY", "ME", "WE", "HE", "BE", "OF", "UP", "AT", "IF", "AS", "BY", "AN", "OH", "ANY", "WHY", "HOW",
            "DAY", "OLD", "BIG", "BAD", "END", "TOO", "SAY", "SEE", "GET", "LET", "MAC");
    /** Long ones that look as if they could be read. */
    private static final Set<String> SPELLED = Set.of("UCLA", "YMCA", "YWCA", "NAACP", "USSR", "AARP", "ISBN", "NCAA",
            "USMC",
            "OECD", "USDA", "IUCN", "ACLU", "NYPD", "LAPD", "CAGR", "IAEA");
    /** The longest that may be spelled. */
    private static final int LONG = 5;
    /** The longest that is spelled whether it could be read or not. */
    private static final int SHORT = 3;

    private static final Pattern VOWEL = Pattern.compile("[AEIOUY]");
    /** No English word begins or ends like this, or has so many vowels. */
    private static final Pattern UNREADABLE = Pattern.compile(
            "^(?!STR|SPR|SCR|SPL|THR|SCH|SHR|CHR|PHR)[^AEIOUY]{3}"
            + "|^[BCDFGKLMNPRTVXZ][BCDFGKMNPQTVXZ]|[AEIOU]{3}|[BCDFGJKPQVXZ][BDFGJKPQVXZ]$");

    private static final List<Rule> RULES = List.of(
            Rule.of("(\\p{Lu}{2,12})('s|s)?",
                    m -> isRead(m.group(1)) ? m.group() : spell(m.group(1)) + (m.group(2) == null ? "" : "'s")),
            // "iPhone", "macOS", "YouTube", but not "MacDonald"
            Rule.of("(i)(\\p{Lu}\\p{L}+)", m -> spell(m.group(1)) + " " + m.group(2)),
            Rule.anywhere("(?<=\\p{Ll}{2})(\\p{Lu}{2,4})\\b", m -> " " + spell(m.group(1))),
            Rule.anywhere("(?<=\\p{Ll}{2})(?<!\\bMac)(?=\\p{Lu}\\p{Ll})", m -> " "),
            // any other single capital, but "A" only where it cannot be the article
            Rule.of("(?<!['" + LETTER + "])([B-HJ-NP-Z]|O(?! \\p{L}{2}))(?!'\\p{L}{2})", m -> spell(m.group(1))),
            Rule.of("A(?= (?:and|or|to|at|plus|minus|equals) (?:" + LETTER
                    + "|\\p{Lu}\\b))|(?<=\\p{L} )A(?=$|[,.;:?!)\"])", m -> spell("A")),
            Rule.anywhere("(?<!" + LETTER + ")\\p{Lu}", m -> m.group().toLowerCase(Locale.ROOT)),
            Rule.anywhere(String.valueOf(LETTER), m -> ""));

    InitialismFilter(TokenStream sentences) {
        super(sentences, RULES);
    }

    /** A word's letters one by one, marked as such. */
    static String spell(String word) {
        return word.toUpperCase(Locale.ROOT).chars().mapToObj(letter -> LETTER + Character.toString(letter))
                .collect(Collectors.joining(" "));
    }

    private static boolean isRead(String capitals) {
        boolean readable = VOWEL.matcher(capitals).find() && !UNREADABLE.matcher(capitals).find();
        return READ.contains(capitals)
                || capitals.length() > SHORT && readable && !SPELLED.contains(capitals)
                || capitals.length() > LONG && VOWEL.matcher(capitals).find();
    }
}

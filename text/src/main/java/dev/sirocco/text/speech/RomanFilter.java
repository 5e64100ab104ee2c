package dev.sirocco.text.speech;

import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.TokenStream;

/**
 * Roman numerals where nothing else is likely: behind {@code Chapter} and the like as a number, behind the name of a
 * ruler as an ordinal, before {@code century} as an ordinal. A lone {@code I} behind a name is left alone.
 */
final class RomanFilter extends RewriteFilter {

    private static final String ROMAN = "(?=[IVX]|[LC][IVXLC])(C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))";
    private static final String NUMBERED =
            "Chapter|Part|Book|Act|Scene|Volume|Section|Article|Appendix|Figure|Table|Phase|Type"
            + "|Class|Stage|Level|Episode|Season|Round|Title|Division|Group|Unit|Step|Lesson|War|Bowl"
            + "|Rocky|Star Wars|Mark|Apollo|Saturn";
    private static final String RULERS =
            "Henry|Edward|George|William|Richard|James|Charles|Elizabeth|Mary|Louis|Philip|Frederick"
            + "|Alexander|Nicholas|Peter|Paul|Pius|John|Benedict|Gregory|Leo|Clement|Innocent|Urban"
            + "|Catherine|Ivan|Napoleon|Carlos|Juan|Felipe|Ramesses|Ptolemy|Wilhelm|Malcolm|Robert"
            + "|Stephen|Boniface|Sixtus|Julius|Otto|Margaret|Christian|Harald|Haakon|Darius|Xerxes"
            + "|Ferdinand|Joseph|Franz|Friedrich|Alfonso|Thutmose|Amenhotep|Selim|Mehmed|Murad|Baldwin";
    private static final Map<Character, Integer> VALUES =
            Map.of('I', 1, 'V', 5, 'X', 10, 'L', 50, 'C', 100);

    private static final List<Rule> RULES = List.of(
            // not "the part I like"
            Rule.of("(?<=\\b(?i:" + NUMBERED + ") )(?!(?<=\\b\\p{Ll}{3,9} )I )" + ROMAN,
                    m -> Numbers.cardinal(value(m.group(1)))),
            Rule.of("(?<=\\b(?:" + RULERS + ") )(?!I (?:\\p{Ll}|'))" + ROMAN,
                    m -> "the " + Numbers.ordinal(value(m.group(1)))),
            Rule.of("(?<=\\p{Lu}\\p{Ll}{1,20} )(II|III|IV|VI|VII|VIII|IX|XI|XII|XIII|XIV|XV|XVI)",
                    m -> Numbers.cardinal(value(m.group(1)))),
            Rule.of(ROMAN + "(?=(?:th)? [Cc]entur(?:y|ies)\\b)", m -> Numbers.ordinal(value(m.group(1)))));

    RomanFilter(TokenStream sentences) {
        super(sentences, RULES);
    }

    private static int value(String roman) {
        int sum = 0;
        for (int i = 0; i < roman.length(); i++) {
            int value = VALUES.get(roman.charAt(i));
            boolean before = i + 1 < roman.length() && VALUES.get(roman.charAt(i + 1)) > value;
            sum += before ? -value : value;
        }
        return sum;
    }
}

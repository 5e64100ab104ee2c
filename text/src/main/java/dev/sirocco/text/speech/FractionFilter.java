package dev.sirocco.text.speech;

import java.text.Normalizer;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;

/** Fractions, {@code 1/2}, {@code 3 3/4}, {@code 2½}: "one half", "three and three quarters", "two and a half". */
final class FractionFilter extends NumericFilter {

    private static final List<Rule> RULES = List.of(
            // ½ is 1/2 with a fraction slash in Unicode's compatibility form
            Rule.anywhere("(\\d*)([\u00BC-\u00BE\u2150-\u215E])", m -> m.group(1) + (m.group(1).isEmpty() ? "" : " ")
                    + Normalizer.normalize(m.group(2), Normalizer.Form.NFKC).replace('\u2044', '/')),
            Rule.of("9/11(?! of a)", m -> "nine eleven"),
            Rule.of("(\\d{1,4})[ -](\\d{1,2})/(\\d{1,3})( of a \\p{Ll}+)?",
                    m -> mixed(m.group(1), m.group(2), m.group(3))
                    + (m.group(4) == null ? "" : " " + many(m.group(4).substring(" of a ".length())))),
            Rule.of("(\\d{1,2})/([1-9]\\d{0,2})(?!/)",
                    m -> fraction(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)))));

    FractionFilter(TokenStream sentences) {
        super(sentences, RULES);
    }

    private static String mixed(String whole, String top, String bottom) {
        String part = fraction(Integer.parseInt(top), Integer.parseInt(bottom));
        return Numbers.written(whole) + " and " + part.replaceFirst("^one ", "a ");
    }

    private static String fraction(int top, int bottom) {
        String name = switch (bottom) {
            case 1 -> "over one";
            case 2 -> top == 1 ? "half" : "halves";
            case 4 -> top == 1 ? "quarter" : "quarters";
            default -> bottom <= 20 || bottom == 100 ? Numbers.ordinal(bottom) + (top == 1 ? "" : "s") : "over "
                    + Numbers.cardinal(bottom);
        };
        return Numbers.cardinal(top) + " " + (bottom == 100 ? name.replace("one hundred", "hundred") : name);
    }

    private static String many(String unit) {
        return unit.equals("foot") ? "feet" : unit.endsWith("ch") ? unit + "es" : unit + "s";
    }
}

package dev.sirocco.text.speech;

import java.util.List;
import org.apache.lucene.analysis.TokenStream;

/** Years: four digits that count nothing, or two behind an apostrophe. */
final class YearFilter extends NumericFilter {

    private static final String BEFORE = "(?<=\\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]efore|[Aa]fter|[Dd]uring|[Cc]irca"
            + "|[Yy]ear|[Ff]rom|[Bb]y|AD)[ ])";
    private static final String COUNTED = "(?= (?:people|men|women|children|sheep|fish|percent|(?!was|is|his|this|has"
            + "|as|does|always"
            + "|perhaps|across|plus|minus|times|its|us|thus|yes)\\p{Ll}+s)\\b)";

    private static final List<Rule> RULES = List.of(
            Rule.anywhere("(?<!\\w)'(\\d\\d)(?![\\d'])", m -> Numbers.twoDigits(Integer.parseInt(m.group(1)))),
            Rule.of("(\\d{1,4}) ?(BCE|BC|CE|AD)", m -> Numbers.year(Integer.parseInt(m.group(1))) + " " + m.group(2)),
            Rule.of("AD (\\d{1,4})", m -> "AD " + Numbers.year(Integer.parseInt(m.group(1)))),
            Rule.anywhere(BEFORE + "(1\\d{3}|20\\d\\d)(?![\\w%]|[.,]\\d)",
                    m -> Numbers.year(Integer.parseInt(m.group(1)))),
            Rule.anywhere("(?<![\\w.,+=*/^-])(?<![+=*/-] )(1[1-9]\\d\\d|20\\d\\d)" + COUNTED,
                    m -> Numbers.written(m.group(1))),
            Rule.anywhere("(?<![\\w.,+=*/^-])(?<![+=*/-] )(1[1-9]\\d\\d|20\\d\\d)(?![\\w%+=*/^]|[.,]\\d| [+=*/-])",
                    m -> Numbers.year(Integer.parseInt(m.group(1)))));

    YearFilter(TokenStream sentences) {
        super(sentences, RULES);
    }
}

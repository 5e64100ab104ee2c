package dev.sirocco.text.speech;

import java.util.List;
import org.apache.lucene.analysis.TokenStream;

/** All other numbers: ordinals, decimals and cardinals, also next to letters as in {@code MP3}. */
final class NumberFilter extends NumericFilter {

    private static final List<Rule> RULES = List.of(
            Rule.of("(\\d{1,3}(?:,\\d{3})+|\\d{1,15})(?:st|nd|rd|th|ST|ND|RD|TH)",
                    m -> Numbers.ordinal(Long.parseLong(m.group(1).replace(",", "")))),
            // "COVID-19" is no negative number, nor is "3-D"
            Rule.anywhere("(?<=\\p{L})-(?=\\d)|(?<=\\d)-(?=\\p{L})", m -> " "),
            Rule.anywhere("(?<=\\p{L})(?=\\d)|(?<=\\d)(?=\\p{L})", m -> " "),
            // "007" and "0800" are read digit by digit
            Rule.anywhere("(?<![\\d.,])0\\d+(?![\\d.]*\\d)", m -> Numbers.digits(m.group())),
            Rule.anywhere("{N}", m -> Numbers.written(m.group())));

    NumberFilter(TokenStream sentences) {
        super(sentences, RULES);
    }
}

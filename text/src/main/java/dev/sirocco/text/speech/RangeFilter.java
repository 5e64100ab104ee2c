package dev.sirocco.text.speech;

import java.util.List;
import org.apache.lucene.analysis.TokenStream;

/**
 * Ranges and scores, {@code 10-20} and {@code 3-1}: "to" between numbers that later filters read; dimensions: "by";
 * minus signs.
 */
final class RangeFilter extends RewriteFilter {

    private static final String DASH = " ?[-\u2013] ?";

    private static final List<Rule> RULES = List.of(
            Rule.of("24/7", m -> "twenty four seven"),
            Rule.of("({N}) ?[x\u00D7] ?({N})", m -> m.group(1) + " by " + m.group(2)),
            Rule.anywhere("([$\u00A3\u20AC\u00A5])({N})" + DASH + "\\1?({N})(?![\\d-])",
                    m -> m.group(2) + " to " + m.group(1) + m.group(3)),
            Rule.anywhere("(?<![\\w.,/-])(?<!\\d )({N})(%?)[-\u2013]({N})(?![\\d/-])",
                    m -> m.group(1) + (m.group(2).isEmpty() ? "" : " percent") + " to " + m.group(3)),
            Rule.of("({N}) \u2013 ({N})", m -> m.group(1) + " to " + m.group(2)),
            Rule.of("(\\d+(?:st|nd|rd|th))[-\u2013](\\d+(?:st|nd|rd|th))", m -> m.group(1) + " to " + m.group(2)),
            Rule.of("(\\p{Lu})\u2013(\\p{Lu})", m -> m.group(1) + " to " + m.group(2)),
            // what is left before a number is no range
            Rule.anywhere("(?<![\\w)$\u00A3\u20AC\u00A5])-(?=\\.?\\d)", m -> "minus "));

    RangeFilter(TokenStream sentences) {
        super(sentences, RULES);
    }
}

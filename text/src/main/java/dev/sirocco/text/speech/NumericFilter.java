package dev.sirocco.text.speech;

import java.util.List;
import org.apache.lucene.analysis.TokenStream;

/** Rules for forms that all have a digit or a fraction's sign in them: sentences without are passed on. */
abstract class NumericFilter extends RewriteFilter {

    NumericFilter(TokenStream sentences, List<Rule> rules) {
        super(sentences, rules);
    }

    @Override
    final boolean passes(CharSequence sentence) {
        return sentence.chars().noneMatch(c -> c >= '0' && c <= '9' || Character.getType(c) == Character.OTHER_NUMBER);
    }
}

package dev.sirocco.text.speech;

import java.io.IOException;
import java.util.List;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;

/** Rewrites one kind of written form in every sentence, by rules that are tried one after another. */
abstract class RewriteFilter extends TokenFilter {

    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final List<Rule> rules;

    RewriteFilter(TokenStream sentences, List<Rule> rules) {
        super(sentences);
        this.rules = rules;
    }

    /** Whether the rules need not be tried: cheaper to find out than to search for each of them. */
    boolean passes(CharSequence sentence) {
        return false;
    }

    @Override
    public final boolean incrementToken() throws IOException {
        if (!input.incrementToken()) {
            return false;
        }
        if (!passes(term)) {
            String text = term.toString();
            for (Rule rule : rules) {
                text = rule.rewrite(text);
            }
            term.setEmpty().append(text);
        }
        return true;
    }
}

package dev.sirocco.text.speech;

import java.util.List;
import java.util.Locale;
import org.apache.lucene.analysis.TokenStream;

/** Sentences of several long words all in capitals are shouted, not made of initialisms: they become lower case. */
final class ShoutingFilter extends RewriteFilter {

    private static final List<Rule> RULES = List.of(Rule.anywhere(
            "^(?!.*\\p{Ll})(?s:(?=.*\\p{Lu}{5}).*\\p{Lu}{2}.*[ \\n].*\\p{Lu}{2}.*[ \\n].*\\p{Lu}{2}.*)$",
            m -> m.group().toLowerCase(Locale.ROOT)));

    ShoutingFilter(TokenStream sentences) {
        super(sentences, RULES);
    }
}

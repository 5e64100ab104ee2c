package dev.sirocco.text.speech;

import java.io.Reader;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;

/**
 * The Lucene chain from written English to spoken: its tokens are sentences, cut by the {@link SentenceTokenizer}, and
 * each filter rewrites one kind of written form in them. What a filter writes in words is final; numbers and capitals
 * may be left to the filters behind it, whose order matters therefore.
 */
final class SpeechAnalyzer extends Analyzer {

    @Override
    protected Reader initReader(String field, Reader text) {
        return Typing.filter(text);
    }

    @Override
    protected TokenStreamComponents createComponents(String field) {
        Tokenizer sentences = new SentenceTokenizer();
        TokenStream names = new AddressFilter(new EmojiFilter(new ShoutingFilter(sentences)));
        TokenStream written = new RomanFilter(new AbbreviationFilter(names));
        TokenStream calendar = new TimeFilter(new DateFilter(written));
        TokenStream groups = new RangeFilter(new PhoneFilter(calendar));
        TokenStream amounts = new FractionFilter(new UnitFilter(new MoneyFilter(groups)));
        TokenStream numbers = new NumberFilter(new SymbolFilter(new YearFilter(amounts)));
        return new TokenStreamComponents(sentences, new InitialismFilter(new ASCIIFoldingFilter(numbers)));
    }
}

package dev.sirocco.text.subword;

import dev.sirocco.text.SpecialTokens;
import dev.sirocco.text.TextTokenizer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.regex.Matcher;

/**
 * Byte pair encoding of the bytes of words (GPT-2, Radford et al. 2019, section 2.2; Llama 3): there is no text that it
 * cannot encode.
 */
final class ByteLevelBpe implements TextTokenizer {

    /**
     * How a model wants it.
     *
     * @param isNfc       whether texts are brought into Unicode's normal form C
     * @param wordsAsOne  whether a word that is a token is not built from its bytes
     */
    record Settings(WordPattern words, boolean isNfc, boolean wordsAsOne) {}

    private final Vocabulary vocabulary;
    private final MergeTable merges;
    private final Settings settings;
    private final SpecialTokens special;
    private final Literals literals;
    private final int[] idOfByte = new int[256];

    /** @throws dev.sirocco.tensor.ir.UserError if the vocabulary lacks a byte or has tokens of other characters */
    ByteLevelBpe(Vocabulary vocabulary, MergeTable merges, Settings settings, SpecialTokens special) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.settings = settings;
        this.special = special;
        literals = new Literals(vocabulary);
        for (int b = 0; b < idOfByte.length; b++) {
            idOfByte[b] = vocabulary.require(Character.toString(ByteAlphabet.characterOf(b)));
        }
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public SpecialTokens special() {
        return special;
    }

    @Override
    public int[] encode(String text) {
        Ids ids = new Ids();
        WordCache cache = new WordCache(this::encodeWord);
        literals.split(WellFormed.of(text), ids::add, between -> {
            String normal = settings.isNfc ? Normalizer.normalize(between, Normalizer.Form.NFC) : between;
            for (Matcher word = settings.words.pattern().matcher(normal); word.find(); ) {
                ids.add(cache.encode(word.group()));
            }
        });
        return ids.toArray();
    }

    private int[] encodeWord(String word) {
        byte[] utf8 = word.getBytes(StandardCharsets.UTF_8);
        if (settings.wordsAsOne) {
            int id = vocabulary.textId(ByteAlphabet.write(utf8));
            if (id >= 0) {
                return new int[] {id};
            }
        }
        int[] symbols = new int[utf8.length];
        for (int i = 0; i < utf8.length; i++) {
            symbols[i] = idOfByte[Byte.toUnsignedInt(utf8[i])];
        }
        return PairMerging.merge(symbols, merges);
    }

    @Override
    public byte[] utf8(int id) {
        String text = vocabulary.text(id);
        byte[] bytes = switch (vocabulary.kind(id)) {
            case SPECIAL -> new byte[0];
            case LITERAL -> null;
            case TEXT, BYTE -> ByteAlphabet.read(text);
        };
        return bytes != null ? bytes : text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "byte-level BPE, %,d tokens".formatted(vocabulary.size());
    }
}

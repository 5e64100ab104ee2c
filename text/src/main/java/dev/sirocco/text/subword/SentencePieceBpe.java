package dev.sirocco.text.subword;

import dev.sirocco.text.SpecialTokens;
import dev.sirocco.text.TextTokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * SentencePiece's byte pair encoding (Kudo and Richardson 2018), as Llama has it: of characters, over spaces too, which
 * are written {@code ▁}. A character that is no token becomes its bytes.
 */
final class SentencePieceBpe implements TextTokenizer {

    /** What stands for a space in the vocabulary. */
    static final char SPACE = '\u2581';

    private final Vocabulary vocabulary;
    private final MergeTable merges;
    private final boolean hasSpaceInFront;
    private final int unknown;
    private final SpecialTokens special;
    private final Literals literals;
    private final Seams seams = new Seams();
    private final int[] idOfByte = new int[256];

    /**
     * @param merges of ids, and of {@linkplain #symbol symbols} of characters without one
     * @param unknown stands for a character where its bytes have no tokens; -1: none does
     * @throws dev.sirocco.tensor.ir.UserError if there are bytes without a token and {@code unknown} is none
     */
    SentencePieceBpe(Vocabulary vocabulary, MergeTable merges, boolean hasSpaceInFront, int unknown,
            SpecialTokens special) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.hasSpaceInFront = hasSpaceInFront;
        this.unknown = unknown;
        this.special = special;
        literals = new Literals(vocabulary);
        Arrays.fill(idOfByte, -1);
        for (int id = 0; id < vocabulary.size(); id++) {
            switch (vocabulary.kind(id)) {
                case BYTE -> idOfByte[byteOf(vocabulary.text(id))] = id;
                case TEXT -> seams.join(vocabulary.text(id));
                case LITERAL, SPECIAL -> { }
            }
        }
        int missing = Arrays.stream(idOfByte).boxed().toList().indexOf(-1);
        if (missing >= 0 && unknown < 0) {
            throw vocabulary.wrong("it has neither a token for the byte %02X nor an unknown one".formatted(missing));
        }
    }

    /** A character as merges see it: its id, or, without one, a number below 0. */
    static int symbol(Vocabulary vocabulary, int codePoint) {
        int id = vocabulary.textId(Character.toString(codePoint));
        return id >= 0 ? id : ~codePoint;
    }

    /** Whether a text is written as bytes are, {@code <0x0A>}. */
    static boolean isByte(String text) {
        return text.matches("<0x[0-9A-F]{2}>");
    }

    private int byteOf(String text) {
        if (!isByte(text)) {
            throw vocabulary.wrong("\"" + Vocabulary.brief(text) + "\" is said to be a byte");
        }
        return Integer.parseInt(text, 3, 5, 16);
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
    public boolean hasSpaceInFront() {
        return hasSpaceInFront;
    }

    @Override
    public int[] encode(String text) {
        Ids ids = new Ids();
        if (text.isEmpty()) {
            return ids.toArray();
        }
        WordCache cache = new WordCache(this::encodePart);
        String spaced = WellFormed.of(hasSpaceInFront ? " " + text : text).replace(' ', SPACE);
        literals.split(spaced, ids::add, between -> seams.split(between, part -> ids.add(cache.encode(part))));
        return ids.toArray();
    }

    private int[] encodePart(String part) {
        int[] symbols = part.codePoints().map(codePoint -> symbol(vocabulary, codePoint)).toArray();
        Ids ids = new Ids();
        for (int symbol : PairMerging.merge(symbols, merges)) {
            if (symbol >= 0) {
                ids.add(symbol);
            } else {
                addBytes(Character.toString(~symbol), ids);
            }
        }
        return ids.toArray();
    }

    private void addBytes(String character, Ids ids) {
        byte[] utf8 = character.getBytes(StandardCharsets.UTF_8);
        int[] bytes = new int[utf8.length];
        for (int i = 0; i < utf8.length; i++) {
            bytes[i] = idOfByte[Byte.toUnsignedInt(utf8[i])];
            if (bytes[i] < 0) {
                ids.add(unknown);
                return;
            }
        }
        ids.add(bytes);
    }

    @Override
    public byte[] utf8(int id) {
        String text = vocabulary.text(id);
        return switch (vocabulary.kind(id)) {
            case SPECIAL -> new byte[0];
            case BYTE -> new byte[] {(byte) byteOf(text)};
            case TEXT, LITERAL -> text.replace(SPACE, ' ').getBytes(StandardCharsets.UTF_8);
        };
    }

    @Override
    public String toString() {
        return "SentencePiece BPE, %,d tokens".formatted(vocabulary.size());
    }
}

package dev.sirocco.text.subword;

import dev.sirocco.text.SpecialTokens;
import dev.sirocco.text.TextTokenizer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;

/**
 * WordPiece, as BERT has it (Devlin et al. 2019; {@code tokenization.py}): words and punctuation, each as the longest
 * tokens that it begins with, of which all but the first are written {@code ##...}.
 */
public final class WordPiece implements TextTokenizer {

    /**
     * What is done to a text before it is cut into words.
     *
     * @param isCleaned       whether control characters go and white space becomes spaces
     * @param ideographsApart whether each Chinese character is a word
     * @param withoutAccents  whether accents go
     * @param isLowerCase     whether letters become small
     */
    record Settings(boolean isCleaned, boolean ideographsApart, boolean withoutAccents, boolean isLowerCase) {

        /** BERT's, for letters of both cases or of one. */
        static Settings bert(boolean isLowerCase) {
            return new Settings(true, true, isLowerCase, isLowerCase);
        }
    }

    private static final String INNER = "##";
    private static final int LONGEST_WORD = 100;

    private final Vocabulary vocabulary;
    private final Settings settings;
    private final int unknown;
    private final SpecialTokens special;
    private final int longestToken;

    /** @throws dev.sirocco.tensor.ir.UserError if one of the special tokens is missing */
    WordPiece(Vocabulary vocabulary, Settings settings) {
        this.vocabulary = vocabulary;
        this.settings = settings;
        unknown = vocabulary.require("[UNK]");
        special = new SpecialTokens(OptionalInt.of(vocabulary.require("[CLS]")), true,
                Set.of(vocabulary.require("[SEP]")));
        int longest = 0;
        for (int id = 0; id < vocabulary.size(); id++) {
            longest = Math.max(longest, vocabulary.text(id).length());
        }
        longestToken = longest;
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public SpecialTokens special() {
        return special;
    }

    /** Words are parted by a space, which is all that is known of what was between them. */
    @Override
    public boolean hasSpaceInFront() {
        return true;
    }

    @Override
    public int[] encode(String text) {
        Ids ids = new Ids();
        WordCache cache = new WordCache(this::encodeWord);
        String plain = normalise(WellFormed.of(text));
        int begin = 0;
        for (int i = 0, c; i < plain.length(); i += Character.charCount(c)) {
            c = plain.codePointAt(i);
            boolean isSpace = isSpace(c);
            if (isSpace || isPunctuation(c)) {
                if (begin < i) {
                    ids.add(cache.encode(plain.substring(begin, i)));
                }
                begin = i + Character.charCount(c);
                if (!isSpace) {
                    ids.add(cache.encode(plain.substring(i, begin)));
                }
            }
        }
        if (begin < plain.length()) {
            ids.add(cache.encode(plain.substring(begin)));
        }
        return ids.toArray();
    }

    /**
     * A text as an encoder reads it, between [CLS] and [SEP].
     *
     * @param most ids, at least 2: what lies beyond is left out
     */
    public int[] encodeWhole(String text, int most) {
        int[] ids = encode(text);
        int[] whole = Arrays.copyOf(new int[] {special.begin().getAsInt()}, Math.min(most, ids.length + 2));
        System.arraycopy(ids, 0, whole, 1, whole.length - 2);
        whole[whole.length - 1] = special.ends().iterator().next();
        return whole;
    }

    // ---- to plain words -----------------------------------------------------------------------------------------

    private String normalise(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (settings.isCleaned && isSpace(c)) {
                clean.append(' ');
            } else if (settings.ideographsApart && isIdeograph(c)) {
                clean.append(' ').appendCodePoint(c).append(' ');
            } else if (!settings.isCleaned || !isControl(c)) {
                clean.appendCodePoint(c);
            }
        });
        String plain = clean.toString();
        if (settings.withoutAccents) {
            plain = Normalizer.normalize(plain, Normalizer.Form.NFD);
        }
        if (!settings.withoutAccents && !settings.isLowerCase) {
            return plain;
        }
        StringBuilder lower = new StringBuilder(plain.length());
        plain.codePoints().filter(c -> !settings.withoutAccents || Character.getType(c) != Character.NON_SPACING_MARK)
                .forEach(c -> append(c, lower));
        return lower.toString();
    }

    private void append(int c, StringBuilder text) {
        if (!settings.isLowerCase) {
            text.appendCodePoint(c);
        } else if (c < 128) {
            text.append((char) Character.toLowerCase(c));
        } else {
            // One by one: a whole word would turn a sigma at its end into another letter.
            text.append(Character.toString(c).toLowerCase(Locale.ROOT));
        }
    }

    private static boolean isSpace(int c) {
        return c == '\t' || c == '\n' || c == '\r' || Character.isSpaceChar(c);
    }

    private static boolean isControl(int c) {
        return c == 0xFFFD || switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.PRIVATE_USE -> true;
            default -> false;
        };
    }

    /** The blocks of CJK ideographs, without kana and hangul. */
    private static boolean isIdeograph(int c) {
        return c >= 0x4E00 && c <= 0x9FFF || c >= 0x3400 && c <= 0x4DBF || c >= 0x20000 && c <= 0x2A6DF
                || c >= 0x2A700 && c <= 0x2B73F || c >= 0x2B740 && c <= 0x2B81F || c >= 0x2B820 && c <= 0x2CEAF
                || c >= 0xF900 && c <= 0xFAFF || c >= 0x2F800 && c <= 0x2FA1F;
    }

    /** Unicode's, and all of ASCII that is neither letter, digit, space nor control. */
    private static boolean isPunctuation(int c) {
        if (c < 128) {
            return c > ' ' && c < 127 && !Character.isLetterOrDigit(c);
        }
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION, Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> false;
        };
    }

    // ---- to pieces ----------------------------------------------------------------------------------------------

    private int[] encodeWord(String word) {
        Ids ids = new Ids();
        if (word.codePointCount(0, word.length()) > LONGEST_WORD) {
            return new int[] {unknown};
        }
        for (int begin = 0; begin < word.length(); ) {
            int end = Math.min(word.length(), begin + longestToken);
            int id = piece(word, begin, end);
            while (id < 0 && end > begin + 1) {
                end--;
                id = piece(word, begin, end);
            }
            if (id < 0) {
                return new int[] {unknown};
            }
            ids.add(id);
            begin = end;
        }
        return ids.toArray();
    }

    private int piece(String word, int begin, int end) {
        String text = word.substring(begin, end);
        return vocabulary.id(begin == 0 ? text : INNER + text);
    }

    @Override
    public byte[] utf8(int id) {
        String text = vocabulary.text(id);
        String written = vocabulary.kind(id) == Vocabulary.Kind.SPECIAL ? ""
                : text.startsWith(INNER) ? text.substring(INNER.length()) : " " + text;
        return written.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "WordPiece, %,d tokens".formatted(vocabulary.size());
    }
}

package dev.sirocco.text;

import dev.sirocco.tensor.ir.UserError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Characters to ids and back, for any script: one token a Unicode code point. Ids run from 0 in the order of the
 * vocabulary, which for a tokeniser built from a text is the order of code points (nanoGPT's
 * {@code sorted(list(set(data)))}). Immutable.
 *
 * <p>In a model's folder it is {@value #FILE}: {@code {"type":"char","vocabulary":["\n"," ","!",...]}}, the position
 * of a character being its id.
 */
public final class CharTokenizer implements TextTokenizer {

    /** The file's name in a model's folder. */
    public static final String FILE = VocabularyFile.NAME;
    /** The most characters a vocabulary may have: 262,144, above all that Unicode has assigned. */
    public static final int MAX_VOCABULARY = 1 << 18;

    private static final VocabularyFile FORMAT = new VocabularyFile("char", "character", MAX_VOCABULARY);
    private static final int PAGE = 256;

    private final int[] codePoints;
    /** Id + 1 of a code point, or 0, in pages of 256; a page without known characters is null. */
    private final int[][] ids = new int[(Character.MAX_CODE_POINT + 1) / PAGE][];

    private CharTokenizer(int[] codePoints) {
        this.codePoints = codePoints;
        for (int id = 0; id < codePoints.length; id++) {
            int page = codePoints[id] / PAGE;
            if (ids[page] == null) {
                ids[page] = new int[PAGE];
            }
            ids[page][codePoints[id] % PAGE] = id + 1;
        }
    }

    /** The tokeniser of the distinct code points of {@code text}, sorted. {@link UserError} as {@link Corpus#of}. */
    public static CharTokenizer of(String text) {
        return of(Corpus.of(text));
    }

    /** The tokeniser of the distinct code points of {@code corpus}, sorted. */
    public static CharTokenizer of(Corpus corpus) {
        boolean[] seen = new boolean[Character.MAX_CODE_POINT + 1];
        corpus.forEachCodePoint(codePoint -> seen[codePoint] = true);
        int[] codePoints = IntStream.range(0, seen.length).filter(codePoint -> seen[codePoint]).toArray();
        if (codePoints.length > MAX_VOCABULARY) {
            throw new UserError(
                    "the text has %,d different characters, the limit is %,d: give a text in a human language"
                    .formatted(codePoints.length, MAX_VOCABULARY));
        }
        return new CharTokenizer(codePoints);
    }

    /**
     * Reads {@value #FILE} in a model's folder.
     *
     * @throws UserError with one line that names the file, what is wrong with it and what to do
     */
    public static CharTokenizer read(Path folder) {
        return of(FORMAT.read(folder), folder.resolve(FILE));
    }

    /** Reads what {@link #toJson} wrote. Throws {@link UserError}, naming {@code source}. */
    public static CharTokenizer fromJson(String json, Path source) {
        return of(FORMAT.parse(json.getBytes(StandardCharsets.UTF_8), source), source);
    }

    private static CharTokenizer of(List<String> vocabulary, Path source) {
        int[] codePoints = new int[vocabulary.size()];
        for (int id = 0; id < codePoints.length; id++) {
            String character = vocabulary.get(id);
            codePoints[id] = character.codePointAt(0);
            if (character.length() != Character.charCount(codePoints[id]) || isSurrogate(codePoints[id])) {
                throw FORMAT.wrong(source, "entry " + id + " of \"vocabulary\" is \"" + character
                        + "\", not one character");
            }
        }
        return new CharTokenizer(codePoints);
    }

    /**
     * Writes {@value #FILE} into a model's folder, which is made if need be. The file appears whole or not at all.
     *
     * @throws UserError if that fails
     */
    public void write(Path folder) {
        FORMAT.write(folder, characters());
    }

    /** The content of {@value #FILE}. */
    public String toJson() {
        return FORMAT.json(characters());
    }

    private List<String> characters() {
        return Arrays.stream(codePoints).mapToObj(Character::toString).toList();
    }

    @Override
    public int vocabularySize() {
        return codePoints.length;
    }

    /** The id of a code point, in [0, {@link #vocabularySize}), or -1 if the vocabulary lacks it. */
    public int id(int codePoint) {
        int[] page = codePoint < 0 || codePoint > Character.MAX_CODE_POINT ? null : ids[codePoint / PAGE];
        return page == null ? -1 : page[codePoint % PAGE] - 1;
    }

    /** Whether the vocabulary has a code point. */
    public boolean knows(int codePoint) {
        return id(codePoint) >= 0;
    }

    /** The code point of an id. Throws {@link UserError} if the id is not in [0, {@link #vocabularySize}). */
    public int codePoint(int id) {
        if (id < 0 || id >= codePoints.length) {
            throw new UserError(
                    "token id %d is not in the vocabulary of %d characters: the model and its %s do not belong "
                    .formatted(id, codePoints.length, FILE) + "together");
        }
        return codePoints[id];
    }

    /**
     * The ids of a text, one a code point.
     *
     * @throws UnknownCharacters if it holds characters outside the vocabulary
     */
    @Override
    public int[] encode(String text) {
        int[] encoded = new int[text.codePointCount(0, text.length())];
        Set<Integer> unknown = null;
        for (int i = 0, n = 0, codePoint; i < text.length(); i += Character.charCount(codePoint)) {
            codePoint = text.codePointAt(i);
            int id = id(codePoint);
            if (id < 0) {
                unknown = unknown == null ? new LinkedHashSet<>() : unknown;
                unknown.add(codePoint);
            }
            encoded[n++] = id;
        }
        if (unknown != null) {
            throw unknown(unknown, new ClosestKnown(this).rewrite(text));
        }
        return encoded;
    }

    /** An empty text is the beginning of a line; where there are no lines, the first character. */
    @Override
    public int[] prompt(String text) {
        return text.isEmpty() ? new int[] {Math.max(0, id('\n'))} : encode(text);
    }

    /** The refusal of a text with these characters; {@code rewritten} may be null. */
    UnknownCharacters unknown(Set<Integer> codePoints, String rewritten) {
        ClosestKnown closest = new ClosestKnown(this);
        return new UnknownCharacters(codePoints.stream().map(closest::of).toList(), rewritten);
    }

    @Override
    public byte[] utf8(int id) {
        return decode(id).getBytes(StandardCharsets.UTF_8);
    }

    /** The text of one id, as it comes: always a whole code point, so it can be printed at once. */
    public String decode(int id) {
        return Character.toString(codePoint(id));
    }

    static boolean isSurrogate(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    /** Tokenisers are equal if they give the same ids to the same characters. */
    @Override
    public boolean equals(Object other) {
        return other instanceof CharTokenizer that && Arrays.equals(codePoints, that.codePoints);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(codePoints);
    }

    @Override
    public String toString() {
        return "CharTokenizer[" + codePoints.length + " characters]";
    }
}

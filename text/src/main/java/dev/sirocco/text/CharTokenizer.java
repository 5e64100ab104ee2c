package dev.sirocco.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sirocco.tensor.ir.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashSet;
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
public final class CharTokenizer {

    /** The file's name in a model's folder. */
    public static final String FILE = "tokenizer.json";
    /** The most characters a vocabulary may have: 262,144, above all that Unicode has assigned. */
    public static final int MAX_VOCABULARY = 1 << 18;

    private static final String TYPE = "char";
    private static final long MAX_FILE_BYTES = 16L << 20;
    private static final int PAGE = 256;
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

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
            throw new UserError("the text has %,d different characters, the limit is %,d: give a text in a human language"
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
        Path file = folder.resolve(FILE);
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw wrong(file, "%,d bytes are far too many for a vocabulary of characters".formatted(Files.size(file)));
            }
            return parse(Files.readAllBytes(file), file);
        } catch (NoSuchFileException e) {
            throw new UserError(Files.isDirectory(folder)
                    ? file + " is missing: a text model needs it; name the folder that training wrote"
                    : folder + ": no such folder: name the model's folder");
        } catch (IOException e) {
            throw new UserError(file + " cannot be read (" + e.getMessage() + "): check the file and its permissions");
        }
    }

    /** Reads what {@link #toJson} wrote. Throws {@link UserError}, naming {@code source}. */
    public static CharTokenizer fromJson(String json, Path source) {
        return parse(json.getBytes(StandardCharsets.UTF_8), source);
    }

    private static CharTokenizer parse(byte[] json, Path source) {
        JsonNode root;
        try {
            root = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String reason = e.getOriginalMessage().lines().findFirst().orElse("unreadable");
            throw wrong(source, "not JSON" + (at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr()
                    + ")") + ": " + (reason.length() > 120 ? reason.substring(0, 120) + "…" : reason));
        } catch (IOException e) {
            throw wrong(source, "not JSON: " + e.getMessage());
        }
        if (!root.isObject()) {
            throw wrong(source, "it holds no JSON object");
        }
        JsonNode type = root.path("type");
        if (!TYPE.equals(type.textValue())) {
            throw wrong(source, "\"type\" is " + (type.isMissingNode() ? "missing" : brief(type)) + ", not \"char\"");
        }
        JsonNode vocabulary = root.path("vocabulary");
        if (!vocabulary.isArray() || vocabulary.isEmpty()) {
            throw wrong(source, vocabulary.isArray() ? "\"vocabulary\" is empty" : "\"vocabulary\" is not a list");
        }
        if (vocabulary.size() > MAX_VOCABULARY) {
            throw wrong(source, "\"vocabulary\" has %,d entries, the limit is %,d".formatted(vocabulary.size(),
                    MAX_VOCABULARY));
        }
        int[] codePoints = new int[vocabulary.size()];
        int[] owner = new int[Character.MAX_CODE_POINT + 1];
        for (int id = 0; id < codePoints.length; id++) {
            JsonNode entry = vocabulary.get(id);
            String character = entry.textValue();
            if (character == null || character.isEmpty() || character.codePointCount(0, character.length()) != 1
                    || isSurrogate(character.codePointAt(0))) {
                throw wrong(source, "entry " + id + " of \"vocabulary\" is " + brief(entry) + ", not one character");
            }
            int codePoint = character.codePointAt(0);
            if (owner[codePoint] != 0) {
                throw wrong(source, "entries %d and %d of \"vocabulary\" are the same character, U+%04X"
                        .formatted(owner[codePoint] - 1, id, codePoint));
            }
            owner[codePoint] = id + 1;
            codePoints[id] = codePoint;
        }
        return new CharTokenizer(codePoints);
    }

    private static UserError wrong(Path source, String what) {
        return new UserError(source + " is not a character tokeniser: " + what
                + "; take the file that was written with the model's weights");
    }

    private static String brief(JsonNode node) {
        String json = node.toString();
        return json.length() <= 40 ? json : json.substring(0, 40) + "…";
    }

    /**
     * Writes {@value #FILE} into a model's folder, which is made if need be. The file appears whole or not at all.
     *
     * @throws UserError if that fails
     */
    public void write(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            Files.createDirectories(folder);
            Path unfinished = folder.resolve(FILE + ".part");
            Files.writeString(unfinished, toJson());
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UserError(file + " cannot be written (" + e.getMessage()
                    + "): check the folder, its permissions and the disk");
        }
    }

    /** The content of {@value #FILE}. */
    public String toJson() {
        var root = JSON.createObjectNode().put("type", TYPE);
        var vocabulary = root.putArray("vocabulary");
        for (int codePoint : codePoints) {
            vocabulary.add(Character.toString(codePoint));
        }
        return root + "\n";
    }

    /** The number of ids, at least 1. */
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
            throw new UserError("token id %d is not in the vocabulary of %d characters: the model and its %s do not belong "
                    .formatted(id, codePoints.length, FILE) + "together");
        }
        return codePoints[id];
    }

    /**
     * The ids of a text, one a code point.
     *
     * @throws UnknownCharacters if it holds characters outside the vocabulary
     */
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

    /** The refusal of a text with these characters; {@code rewritten} may be null. */
    UnknownCharacters unknown(Set<Integer> codePoints, String rewritten) {
        ClosestKnown closest = new ClosestKnown(this);
        return new UnknownCharacters(codePoints.stream().map(closest::of).toList(), rewritten);
    }

    /** The text of ids. Throws {@link UserError} if an id is not in [0, {@link #vocabularySize}). */
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder(ids.length);
        for (int id : ids) {
            text.appendCodePoint(codePoint(id));
        }
        return text.toString();
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

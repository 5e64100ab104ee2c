package dev.sirocco.text.subword;

import dev.sirocco.tensor.ir.UserError;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A model's tokens, as they stand in a file: for each id a text, no two alike, and what it is. */
final class Vocabulary {

    /** What a token is. */
    enum Kind {
        /** A piece of text. */
        TEXT,
        /** One byte, as {@code <0x0A>}. */
        BYTE,
        /** A piece of text that is found before all others. */
        LITERAL,
        /** No text at all. */
        SPECIAL
    }

    /** What a file says about a token besides its vocabulary. */
    record Added(String text, int id, boolean isSpecial) {}

    static final int MOST = 1 << 20;
    private static final int LONGEST = 256;
    private static final int MOST_CHARS = 1 << 25;

    private final Path source;
    private final String[] texts;
    private final Kind[] kinds;
    private final Map<String, Integer> ids;

    /** @throws UserError if texts are alike, empty or far too long, or there are too many or none */
    Vocabulary(Path source, String[] texts, Kind[] kinds) {
        this(source, texts, kinds, ids(source, texts));
    }

    private Vocabulary(Path source, String[] texts, Kind[] kinds, Map<String, Integer> ids) {
        this.source = source;
        this.texts = texts;
        this.kinds = kinds;
        this.ids = ids;
        requireSize(texts.length);
        long chars = 0;
        for (int id = 0; id < texts.length; id++) {
            chars += texts[id].length();
            // Some vocabularies have an empty one, for nothing.
            if (texts[id].isEmpty() && kinds[id] == Kind.LITERAL || texts[id].length() > LONGEST) {
                throw wrong("token %d has %,d characters".formatted(id, texts[id].length()));
            }
        }
        if (chars > MOST_CHARS) {
            throw wrong("%,d characters are far too many".formatted(chars));
        }
    }

    private static Map<String, Integer> ids(Path source, String[] texts) {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < texts.length; id++) {
            putId(source, ids, texts[id], id);
        }
        return ids;
    }

    private static void putId(Path source, Map<String, Integer> ids, String text, int id) {
        Integer other = ids.putIfAbsent(text, id);
        if (other != null && other != id) {
            throw wrong(source, "tokens %d and %d are the same, \"%s\"".formatted(other, id, brief(text)));
        }
    }

    /**
     * @param ids is taken over, and the added ones are put into it
     * @throws UserError if ids are missing, or have two texts; or as the constructor
     */
    static Vocabulary of(Path source, Map<String, Integer> ids, List<Added> added) {
        int size = 0;
        for (int id : ids.values()) {
            size = Math.max(size, requireId(source, id) + 1);
        }
        for (Added token : added) {
            size = Math.max(size, requireId(source, token.id) + 1);
        }
        String[] texts = new String[size];
        Kind[] kinds = new Kind[size];
        Arrays.fill(kinds, Kind.TEXT);
        ids.forEach((text, id) -> put(source, texts, id, text));
        for (Added token : added) {
            put(source, texts, token.id, token.text);
            putId(source, ids, token.text, token.id);
            kinds[token.id] = token.isSpecial ? Kind.SPECIAL : Kind.LITERAL;
        }
        int missing = Arrays.asList(texts).indexOf(null);
        if (missing >= 0) {
            throw wrong(source, "it has no token " + missing + ", but a token " + (size - 1));
        }
        return new Vocabulary(source, texts, kinds, ids);
    }

    /** The same, in which texts like {@code <0x0A>} are bytes. */
    Vocabulary withBytes() {
        Kind[] bytes = kinds.clone();
        for (int id = 0; id < bytes.length; id++) {
            if (bytes[id] == Kind.TEXT && SentencePieceBpe.isByte(texts[id])) {
                bytes[id] = Kind.BYTE;
            }
        }
        return new Vocabulary(source, texts, bytes, ids);
    }

    private static int requireId(Path source, int id) {
        if (id < 0 || id >= MOST) {
            throw wrong(source, "the id %d is not from 0 to %,d".formatted(id, MOST - 1));
        }
        return id;
    }

    private static void put(Path source, String[] texts, int id, String text) {
        if (texts[id] != null && !texts[id].equals(text)) {
            throw wrong(source, "token %d is \"%s\" and \"%s\"".formatted(id, brief(texts[id]), brief(text)));
        }
        texts[id] = text;
    }

    private void requireSize(int size) {
        if (size == 0 || size > MOST) {
            throw wrong(size == 0 ? "it has no tokens" : "%,d tokens are far too many".formatted(size));
        }
    }

    int size() {
        return texts.length;
    }

    /** @throws UserError if there is no such id */
    String text(int id) {
        return texts[check(id)];
    }

    /** @throws UserError if there is no such id */
    Kind kind(int id) {
        return kinds[check(id)];
    }

    private int check(int id) {
        if (id < 0 || id >= texts.length) {
            throw new UserError("token id %d is not in the vocabulary of %,d tokens in %s: take files of one model"
                    .formatted(id, texts.length, source));
        }
        return id;
    }

    /** The id of a text; -1 if there is none. */
    int id(String text) {
        return ids.getOrDefault(text, -1);
    }

    /** The id of a text that is there to be written; -1 if there is none, or it means something else. */
    int textId(String text) {
        int id = id(text);
        return id >= 0 && kinds[id] == Kind.TEXT ? id : -1;
    }

    /** @throws UserError if there is no such text */
    int require(String text) {
        int id = id(text);
        if (id < 0) {
            throw wrong("it has no token \"" + brief(text) + "\"");
        }
        return id;
    }

    /**
     * The rules of a byte pair encoding, the first to be applied first.
     *
     * @throws UserError if a rule joins, or makes, what is no token, or stands there twice
     */
    MergeTable merges(List<String[]> rules) {
        MergeTable merges = new MergeTable();
        rules.forEach(rule -> addMerge(source, merges, ids, rule));
        return merges;
    }

    /** Adds the rule that is to be applied after those that are there. */
    static void addMerge(Path source, MergeTable merges, Map<String, Integer> ids, String[] rule) {
        Integer left = ids.get(rule[0]);
        Integer right = ids.get(rule[1]);
        Integer into = ids.get(rule[0] + rule[1]);
        int rank = merges.size();
        if (left == null || right == null || into == null) {
            throw wrong(source, "merge %d joins \"%s\" and \"%s\", which are not tokens, or not together".formatted(
                    rank, brief(rule[0]), brief(rule[1])));
        }
        if (!merges.add(left, right, rank, into)) {
            throw wrong(source, "merge %d, \"%s\" and \"%s\", stands there before".formatted(
                    rank, brief(rule[0]), brief(rule[1])));
        }
    }

    UserError wrong(String what) {
        return wrong(source, what);
    }

    static UserError wrong(Path source, String what) {
        return new UserError(source + " is no tokeniser that can be used: " + what + "; fetch the model's files again");
    }

    /** For messages: one line, not too long. */
    static String brief(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
        return line.length() <= 40 ? line : line.substring(0, 40) + "…";
    }
}

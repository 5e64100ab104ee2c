package dev.sirocco.text.subword;

import dev.sirocco.tensor.io.Gguf;
import dev.sirocco.tensor.io.GgufArray;
import dev.sirocco.text.SpecialTokens;
import dev.sirocco.text.TextTokenizer;
import dev.sirocco.text.subword.Vocabulary.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** The tokeniser in a GGUF file's metadata. */
final class GgufTokenizer {

    private static final String PREFIX = "tokenizer.ggml.";
    /** By the number in the file, from 1 on: normal, unknown, control, user defined, unused, byte. */
    private static final List<Kind> KINDS =
            List.of(Kind.TEXT, Kind.SPECIAL, Kind.SPECIAL, Kind.LITERAL, Kind.SPECIAL, Kind.BYTE);

    /** Some writers say so that there is none. */
    private static final long NO_ID = 0xFFFF_FFFFL;

    private final Gguf file;
    private final Vocabulary vocabulary;

    private GgufTokenizer(Gguf file) {
        this.file = file;
        String[] texts = strings("tokens", Vocabulary.MOST).toArray(String[]::new);
        vocabulary = new Vocabulary(file.path(), texts, kinds(texts.length));
    }

    static TextTokenizer read(Gguf file) {
        String model = file.text(PREFIX + "model");
        return switch (model) {
            case "llama" -> new GgufTokenizer(file).sentencePiece();
            case "gpt2" -> new GgufTokenizer(file).byteLevel();
            default -> throw Vocabulary.wrong(file.path(),
                    "its kind is \"%s\", not \"llama\" or \"gpt2\"".formatted(Vocabulary.brief(model)));
        };
    }

    private List<String> strings(String key, int most) {
        GgufArray array = file.array(PREFIX + key);
        if (array.size() > most) {
            throw Vocabulary.wrong(file.path(), "%,d %s are far too many".formatted(array.size(), key));
        }
        return array.strings();
    }

    private Kind[] kinds(int size) {
        Kind[] kinds = new Kind[size];
        int[] types = array("token_type", size).ints();
        for (int id = 0; id < size; id++) {
            if (types[id] < 1 || types[id] > KINDS.size()) {
                throw Vocabulary.wrong(file.path(), "token %d has the unknown type %d".formatted(id, types[id]));
            }
            kinds[id] = KINDS.get(types[id] - 1);
        }
        return kinds;
    }

    private GgufArray array(String key, int size) {
        GgufArray array = file.array(PREFIX + key);
        if (array.size() != size) {
            throw Vocabulary.wrong(file.path(),
                    "it has %,d tokens and a %s for %,d".formatted(size, key, array.size()));
        }
        return array;
    }

    // ---- the two kinds ------------------------------------------------------------------------------------------

    private TextTokenizer sentencePiece() {
        int unknown = id("unknown_token_id", vocabulary.id("<unk>"));
        SpecialTokens special = special(vocabulary.id("<s>"), vocabulary.id("</s>"), true);
        return new SentencePieceBpe(vocabulary, merges(array("scores", vocabulary.size()).floats()),
                flag("add_space_prefix", true), unknown, special);
    }

    /** Any two symbols that are a token together can be joined; the token's score says when. */
    private MergeTable merges(float[] scores) {
        float[] sorted = scores.clone();
        Arrays.sort(sorted);
        if (Float.isNaN(sorted[sorted.length - 1])) {
            throw vocabulary.wrong("it has scores that are no numbers");
        }
        MergeTable merges = new MergeTable();
        for (int id = 0; id < scores.length; id++) {
            if (vocabulary.kind(id) == Kind.TEXT) {
                int rank = sorted.length - 1 - firstOf(sorted, scores[id]);
                String text = vocabulary.text(id);
                for (int cut = 1; cut < text.length(); cut++) {
                    if (!Character.isLowSurrogate(text.charAt(cut))) {
                        addMerge(merges, text.substring(0, cut), text.substring(cut), rank, id);
                    }
                }
            }
        }
        return merges;
    }

    /** Equal scores have equal ranks. */
    private static int firstOf(float[] sorted, float score) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = low + high >>> 1;
            if (sorted[middle] < score) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void addMerge(MergeTable merges, String left, String right, int rank, int into) {
        OptionalInt first = symbol(left);
        OptionalInt second = symbol(right);
        if (first.isPresent() && second.isPresent()) {
            merges.add(first.getAsInt(), second.getAsInt(), rank, into);
        }
    }

    /** A symbol that can come up: a token, or a single character even where it is none. */
    private OptionalInt symbol(String text) {
        if (text.codePointCount(0, text.length()) == 1) {
            return OptionalInt.of(SentencePieceBpe.symbol(vocabulary, text.codePointAt(0)));
        }
        int id = vocabulary.textId(text);
        return id >= 0 ? OptionalInt.of(id) : OptionalInt.empty();
    }

    private TextTokenizer byteLevel() {
        Object name = file.metadata().get(PREFIX + "pre");
        WordPattern words = WordPattern.ofGguf(name == null ? "default" : name.toString()).orElseThrow(
                () -> vocabulary.wrong("it cuts words as \"" + Vocabulary.brief(name.toString()) + "\" does, which is "
                        + "not known here"));
        List<String[]> rules = new ArrayList<>();
        for (String line : strings("merges", 2 * Vocabulary.MOST)) {
            rules.add(MergesFile.rule(file.path(), line));
        }
        int end = vocabulary.id("<|endoftext|>");
        return new ByteLevelBpe(vocabulary, vocabulary.merges(rules),
                new ByteLevelBpe.Settings(words, words == WordPattern.QWEN2, words == WordPattern.LLAMA3),
                special(end, end, false));
    }

    // ---- single values ------------------------------------------------------------------------------------------

    private SpecialTokens special(int defaultBegin, int defaultEnd, boolean isBeginExpected) {
        int begin = id("bos_token_id", defaultBegin);
        Set<Integer> ends = new HashSet<>();
        for (int end : new int[] {id("eos_token_id", defaultEnd), id("eot_token_id", -1), id("eom_token_id", -1)}) {
            if (end >= 0) {
                ends.add(end);
            }
        }
        return new SpecialTokens(begin < 0 ? OptionalInt.empty() : OptionalInt.of(begin),
                flag("add_bos_token", isBeginExpected), ends);
    }

    /** An id in the vocabulary, or -1. */
    private int id(String key, int otherwise) {
        if (!file.metadata().containsKey(PREFIX + key)) {
            return otherwise;
        }
        long id = file.integer(PREFIX + key);
        if (id == NO_ID) {
            return -1;
        }
        if (id < 0 || id >= vocabulary.size()) {
            throw vocabulary.wrong("its %s, %d, is no token of its %,d".formatted(key, id, vocabulary.size()));
        }
        return (int) id;
    }

    private boolean flag(String key, boolean otherwise) {
        return file.metadata().getOrDefault(PREFIX + key, otherwise) instanceof Boolean flag ? flag : otherwise;
    }
}

package dev.sirocco.text.subword;

import dev.sirocco.tensor.io.Gguf;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.TextTokenizer;
import dev.sirocco.text.subword.Vocabulary.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tokeniser that was published with a model.
 *
 * <pre>{@code
 * TextTokenizer gpt2 = PublishedTokenizer.read(Path.of("gpt2"));
 * TextTokenizer llama = PublishedTokenizer.of(Gguf.open(Path.of("stories260K.gguf")));
 * int[] ids = llama.prompt("Once upon a time");
 * }</pre>
 */
public final class PublishedTokenizer {

    /** The file of Hugging Face's {@code tokenizers} in a model's folder. */
    public static final String JSON = "tokenizer.json";

    private static final String VOCABULARY = "vocab.json";
    private static final String WORD_PIECES = "vocab.txt";
    /** What GPT-2 begins and ends a text with. */
    private static final String END_OF_TEXT = "<|endoftext|>";
    private static final Set<String> NOT_WRITTEN = Set.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    private PublishedTokenizer() {}

    /**
     * The tokeniser in a model's folder: {@value #JSON} (BPE of bytes or SentencePiece's, WordPiece),
     * {@code vocab.json} with {@code merges.txt} (GPT-2), or {@code vocab.txt} (BERT).
     *
     * @throws UserError with one line that names the file and what is wrong with it
     */
    public static TextTokenizer read(Path folder) {
        Path json = folder.resolve(JSON);
        FolderSettings settings = new FolderSettings(folder);
        if (Files.exists(json)) {
            return new TokenizerJson(json, settings).tokenizer();
        }
        if (Files.exists(folder.resolve(VOCABULARY))) {
            return gpt2(folder, settings);
        }
        if (Files.exists(folder.resolve(WORD_PIECES))) {
            return bert(folder.resolve(WORD_PIECES), settings);
        }
        throw new UserError("%s has no tokeniser: none of its files is named %s, %s or %s; name the folder that holds "
                .formatted(folder, JSON, VOCABULARY, WORD_PIECES) + "the model's files");
    }

    /**
     * The tokeniser in a GGUF file: of the kinds {@code llama} and {@code gpt2}.
     *
     * @throws UserError if the file has none, or it is of another kind or damaged
     */
    public static TextTokenizer of(Gguf file) {
        return GgufTokenizer.read(file);
    }

    private static TextTokenizer gpt2(Path folder, FolderSettings settings) {
        Path file = folder.resolve(VOCABULARY);
        Map<String, Integer> ids = TokenizerJson.ids(file);
        Integer end = ids.get(END_OF_TEXT);
        Vocabulary vocabulary = Vocabulary.of(file, ids,
                end == null ? List.of() : List.of(new Vocabulary.Added(END_OF_TEXT, end, true)));
        return new ByteLevelBpe(vocabulary, vocabulary.merges(MergesFile.read(folder.resolve(MergesFile.NAME))),
                new ByteLevelBpe.Settings(WordPattern.GPT2, false, false),
                settings.special(vocabulary, END_OF_TEXT, false, END_OF_TEXT));
    }

    private static TextTokenizer bert(Path file, FolderSettings settings) {
        String[] texts = ModelFile.lines(file).toArray(String[]::new);
        Kind[] kinds = Arrays.stream(texts).map(text -> NOT_WRITTEN.contains(text) ? Kind.SPECIAL : Kind.TEXT)
                .toArray(Kind[]::new);
        return new WordPiece(new Vocabulary(file, texts, kinds),
                WordPiece.Settings.bert(settings.flag("do_lower_case", true)));
    }
}

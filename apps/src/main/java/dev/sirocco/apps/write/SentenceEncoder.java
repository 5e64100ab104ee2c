package dev.sirocco.apps.write;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.zoo.Bert;
import dev.sirocco.tensor.exec.Executor;
import dev.sirocco.tensor.exec.Program;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.subword.PublishedTokenizer;
import dev.sirocco.text.subword.WordPiece;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Texts to directions that are near where the meaning is (Reimers and Gurevych 2019): a {@link Bert} in a folder that
 * Hugging Face's libraries wrote, such as all-MiniLM-L6-v2, with its tokeniser. Close it.
 */
final class SentenceEncoder implements AutoCloseable {

    private static final String KIND = "bert";
    private static final String PREFIX = "bert.";
    /** What a checkpoint has besides: heads, and numbers from 0 on. */
    private static final String OTHERS = "(?:pooler|cls)\\..*|embeddings\\.position_ids";

    private final Bert bert;
    private final WordPiece tokenizer;
    private final Executor executor;
    /** By the number of tokens. */
    private final Map<Integer, Program> programs = new HashMap<>();

    private SentenceEncoder(Bert bert, WordPiece tokenizer, Executor executor) {
        this.bert = bert;
        this.tokenizer = tokenizer;
        this.executor = executor;
    }

    /** @throws UserError if the folder holds no such model, or is damaged */
    static SentenceEncoder load(Path folder, Executor executor) {
        Path file = folder.resolve(ModelFolder.CONFIG);
        if (!Files.isRegularFile(file)) {
            throw new UserError("%s holds no model (no %s): name a sentence encoder's folder".formatted(folder,
                    ModelFolder.CONFIG));
        }
        JsonNode c = JsonFile.object(file);
        if (!c.path("model_type").asText().equals(KIND)) {
            throw new UserError("%s: a model of the kind '%s': Sirocco searches with '%s'".formatted(file,
                    c.path("model_type").asText(), KIND));
        }
        if (!(PublishedTokenizer.read(folder) instanceof WordPiece tokenizer)) {
            throw new UserError(folder + ": the tokeniser is none of pieces of words, as this model needs");
        }
        Bert.Config config = new Bert.Config(PublishedModel.number(file, c, "vocab_size"),
                PublishedModel.number(file, c, "max_position_embeddings"),
                PublishedModel.number(file, c, "type_vocab_size"), PublishedModel.number(file, c, "num_hidden_layers"),
                PublishedModel.number(file, c, "num_attention_heads"), PublishedModel.number(file, c, "hidden_size"),
                PublishedModel.number(file, c, "intermediate_size"));
        if (config.width() % config.heads() != 0 || tokenizer.vocabularySize() > config.vocabulary()) {
            throw new UserError("%s: a width of %,d in %,d heads, %,d tokens for a tokeniser of %,d: take files of one "
                    .formatted(file, config.width(), config.heads(), config.vocabulary(), tokenizer.vocabularySize())
                    + "model");
        }
        TensorFile weights = TensorFile.open(folder);
        Map<String, Storage> tensors = new LinkedHashMap<>();
        for (String name : weights.names()) {
            String plain = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
            if (!plain.matches(OTHERS)) {
                tensors.put(plain, weights.get(name));
            }
        }
        Bert bert = Scope.load(weights.path().toString(), tensors, _ -> false, scope -> new Bert(config, scope));
        bert.parameters().freeze();
        return new SentenceEncoder(bert, tokenizer, executor);
    }

    /** A vector of length 1; what is longer than the network's context is cut off. */
    float[] encode(String text) {
        int[] tokens = tokenizer.encodeWhole(text, bert.config().context());
        Program program = programs.computeIfAbsent(tokens.length, this::compile);
        program.input("tokens").set(tokens);
        program.run();
        return program.output("direction").floats();
    }

    private Program compile(int length) {
        Graph g = new Graph();
        g.output("direction", bert.sentence(g.input("tokens", DType.I32, 1, length)));
        return g.compile(executor);
    }

    @Override
    public void close() {
        programs.values().forEach(Program::close);
    }
}

package dev.sirocco.apps.write;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sirocco.apps.JsonFile;
import dev.sirocco.apps.train.ModelFolder;
import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.Weights;
import dev.sirocco.models.zoo.Gpt;
import dev.sirocco.models.zoo.LanguageModel;
import dev.sirocco.models.zoo.Llama;
import dev.sirocco.models.zoo.LlamaCheckpoint;
import dev.sirocco.tensor.io.Gguf;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import dev.sirocco.text.TextTokenizer;
import dev.sirocco.text.subword.PublishedTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Language models as others publish them: a GGUF file, or a folder that Hugging Face's libraries wrote. */
final class PublishedModel {

    private static final String KIND = "model_type";
    /** Longer texts are not remembered: keys and values would take more memory than the weights. */
    private static final int MOST_CONTEXT = 4096;
    /** What GPT-2's checkpoint has besides weights. */
    private static final List<String> MASKS = List.of(".attn.bias", ".attn.masked_bias");
    private static final String PREFIX = "transformer.";

    private PublishedModel() {}

    /**
     * The model, if it is a published one.
     *
     * @throws UserError if it is of a kind that Sirocco does not know, or damaged
     */
    static Optional<TextModel> find(Path path, Weights weights) {
        Path file = path.resolve(ModelFolder.CONFIG);
        if (Files.isRegularFile(path)) {
            return Optional.of(gguf(path, weights));
        }
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        JsonNode config = JsonFile.object(file);
        return config.has(KIND) ? Optional.of(folder(path, file, config, weights)) : Optional.empty();
    }

    private static TextModel gguf(Path path, Weights weights) {
        if (TensorFile.open(path) instanceof Gguf file) {
            return model(LlamaCheckpoint.of(file, weights), PublishedTokenizer.of(file), path);
        }
        throw new UserError(path
                + " holds no tokeniser: name a GGUF file, or the folder with all of the model's files");
    }

    private static TextModel folder(Path folder, Path file, JsonNode config, Weights weights) {
        String kind = config.get(KIND).asText();
        LanguageModel network = switch (kind) {
            case "llama" -> LlamaCheckpoint.of(llama(file, config), TensorFile.open(folder), weights);
            case "gpt2" -> gpt2(gpt2(file, config), TensorFile.open(folder), weights);
            default -> throw new UserError("%s: a model of the kind '%s': Sirocco writes with 'gpt2' and 'llama'"
                    .formatted(file, kind));
        };
        return model(network, PublishedTokenizer.read(folder), file);
    }

    private static TextModel model(LanguageModel network, TextTokenizer tokenizer, Path from) {
        if (tokenizer.vocabularySize() > network.vocabulary()) {
            throw new UserError("%s: the tokeniser has %,d tokens, the network %,d: take files of one model"
                    .formatted(from, tokenizer.vocabularySize(), network.vocabulary()));
        }
        return new TextModel(network, tokenizer, Math.min(MOST_CONTEXT, network.context()));
    }

    // ---- Hugging Face's configurations --------------------------------------------------------------------------

    private static Llama.Config llama(Path file, JsonNode c) {
        JsonNode rope = c.has("rope_parameters") ? c.get("rope_parameters") : c.path("rope_scaling");
        String stretching = rope.path("rope_type").asText(rope.path("type").asText("default"));
        if (!stretching.equals("default")) {
            throw new UserError("%s: positions are stretched ('%s'), which Sirocco does not do yet".formatted(file,
                    stretching));
        }
        int heads = number(file, c, "num_attention_heads");
        int width = number(file, c, "hidden_size");
        return new Llama.Config(number(file, c, "vocab_size"), number(file, c, "max_position_embeddings"),
                number(file, c, "num_hidden_layers"), heads, c.path("num_key_value_heads").asInt(heads),
                c.path("head_dim").asInt(width / heads), width, number(file, c, "intermediate_size"),
                c.path("rms_norm_eps").asDouble(1e-6),
                rope.path("rope_theta").asDouble(c.path("rope_theta").asDouble(10_000)), false,
                c.path("tie_word_embeddings").asBoolean(false));
    }

    private static Gpt.Config gpt2(Path file, JsonNode c) {
        Gpt.Config usual = Gpt.Config.gpt2();
        int width = number(file, c, "n_embd");
        String activation = c.path("activation_function").asText("gelu_new");
        if (!activation.equals("gelu_new")) {
            throw new UserError("%s: the activation '%s' is not GPT-2's gelu_new".formatted(file, activation));
        }
        int heads = number(file, c, "n_head");
        return new Gpt.Config(number(file, c, "vocab_size"), number(file, c, "n_positions"), number(file, c, "n_layer"),
                heads, heads, width, c.path("n_inner").asInt(4 * width), 0, usual.bias(), usual.norm(),
                usual.positions(), usual.activation(), usual.qkNorm(), usual.tied(), usual.embeddingNorm(),
                usual.convolution(), usual.softcap(), usual.conv1d(), usual.start());
    }

    static int number(Path file, JsonNode config, String name) {
        int number = config.path(name).asInt(0);
        if (number < 1) {
            throw new UserError("%s does not say what '%s' is".formatted(file, name));
        }
        return number;
    }

    private static Gpt gpt2(Gpt.Config config, TensorFile file, Weights weights) {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        for (String name : file.names()) {
            String plain = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
            if (MASKS.stream().noneMatch(plain::endsWith) && !plain.equals("lm_head.weight")) {
                // Matrices lie the other way round here, and such products are not computed with F16.
                Storage tensor = file.get(name);
                tensors.put(plain, tensor.dtype() == DType.F16 ? tensor.to(DType.F32) : tensor);
            }
        }
        long layers = tensors.keySet().stream().filter(name -> name.endsWith(".ln_1.weight")).count();
        if (layers != config.layers() || config.width() % config.heads() != 0) {
            throw new UserError("%s: %,d layers, and a configuration of %,d layers, %,d wide with %,d heads: take "
                    .formatted(file.path(), layers, config.layers(), config.width(), config.heads())
                    + "files of one model");
        }
        return Scope.load(file.path().toString(), tensors, _ -> false, weights,
                scope -> new Gpt(config, scope));
    }
}

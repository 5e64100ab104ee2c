package dev.sirocco.models.zoo;

import dev.sirocco.models.nn.Scope;
import dev.sirocco.models.nn.Weights;
import dev.sirocco.tensor.io.Gguf;
import dev.sirocco.tensor.io.TensorFile;
import dev.sirocco.tensor.ir.Storage;
import dev.sirocco.tensor.ir.UserError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/** {@link Llama}s in the files that are published of them. */
public final class LlamaCheckpoint {

    private static final String HEAD = "lm_head.weight";
    private static final double USUAL_BASE = 10_000;
    /** What llama.cpp calls the parts of a layer, and what Hugging Face calls them. */
    private static final Map<String, String> PARTS = Map.of("attn_norm", "input_layernorm", "attn_q",
            "self_attn.q_proj", "attn_k", "self_attn.k_proj", "attn_v", "self_attn.v_proj", "attn_output",
            "self_attn.o_proj", "ffn_norm", "post_attention_layernorm", "ffn_gate", "mlp.gate_proj", "ffn_up",
            "mlp.up_proj", "ffn_down", "mlp.down_proj");
    private static final Map<String, String> WHOLES = Map.of("token_embd.weight", "model.embed_tokens.weight",
            "output_norm.weight", "model.norm.weight", "output.weight", HEAD);
    /** Frequencies that follow from the configuration, which old files keep. */
    private static final Predicate<String> IS_DERIVED = name -> name.endsWith("rotary_emb.inv_freq");

    private LlamaCheckpoint() {}

    /** @throws UserError if the file holds another model, or does not say what this one is made of */
    public static Llama of(Gguf file, Weights weights) {
        String architecture = file.text("general.architecture");
        if (!architecture.equals("llama")) {
            throw new UserError("%s holds a model of the kind '%s': Sirocco reads those of the kind 'llama'"
                    .formatted(file.path(), architecture));
        }
        int heads = number(file, "attention.head_count");
        int width = number(file, "embedding_length");
        Llama.Config config = new Llama.Config(file.shape("token_embd.weight").dim(0), number(file, "context_length"),
                number(file, "block_count"), heads, number(file, "attention.head_count_kv"),
                file.metadata().containsKey("llama.attention.key_length") ? number(file, "attention.key_length")
                        : width / Math.max(1, heads),
                width, number(file, "feed_forward_length"), file.number("llama.attention.layer_norm_rms_epsilon"),
                file.metadata().containsKey("llama.rope.freq_base") ? file.number("llama.rope.freq_base") : USUAL_BASE,
                true, !file.contains("output.weight"));
        if (file.contains("rope_freqs.weight")) {
            throw new UserError(file.path() + " stretches its positions (rope_freqs), which Sirocco does not do yet");
        }
        Map<String, Storage> tensors = new LinkedHashMap<>();
        file.names().forEach(name -> tensors.put(published(file, name),
                weights == Weights.COPIED ? file.get(name) : file.stored(name)));
        return load(config, file, tensors, weights);
    }

    private static int number(Gguf file, String key) {
        return Math.toIntExact(Math.clamp(file.integer("llama." + key), 0, Integer.MAX_VALUE));
    }

    private static String published(Gguf file, String name) {
        String[] parts = name.split("\\.");
        String whole = WHOLES.get(name);
        if (whole == null && parts.length == 4 && parts[0].equals("blk") && PARTS.containsKey(parts[2])) {
            return "model.layers.%s.%s.%s".formatted(parts[1], PARTS.get(parts[2]), parts[3]);
        }
        if (whole == null) {
            throw new UserError("%s has a tensor '%s', which no Llama has that Sirocco knows"
                    .formatted(file.path(), name));
        }
        return whole;
    }

    /**
     * With Hugging Face's names.
     *
     * @throws UserError if a tensor is missing, or has another shape
     */
    public static Llama of(Llama.Config config, TensorFile file, Weights weights) {
        Map<String, Storage> tensors = new LinkedHashMap<>();
        file.names().stream().filter(name -> !config.isTied() || !name.equals(HEAD))
                .forEach(name -> tensors.put(name, file.get(name)));
        return load(config, file, tensors, weights);
    }

    private static Llama load(Llama.Config c, TensorFile file, Map<String, Storage> tensors, Weights weights) {
        boolean isPossible = c.layers() > 0 && c.heads() > 0 && c.kvHeads() > 0 && c.heads() % c.kvHeads() == 0
                && c.headSize() > 0 && c.headSize() % 2 == 0 && c.width() > 0 && c.hidden() > 0 && c.context() > 0;
        if (!isPossible) {
            throw new UserError("%s: sizes that no model has: %s".formatted(file.path(), c));
        }
        long layers = tensors.keySet().stream().filter(name -> name.endsWith(".input_layernorm.weight")).count();
        if (layers != c.layers()) {
            throw new UserError("%s says that it has %,d layers, and has %,d"
                    .formatted(file.path(), c.layers(), layers));
        }
        return Scope.load(file.path().toString(), tensors, IS_DERIVED, weights, scope -> new Llama(c, scope));
    }
}

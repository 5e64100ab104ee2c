package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.Tensor;

/**
 * Attention, then an MLP, both behind a norm and added to what came in (Vaswani et al. 2017, with the norms in front as
 * in Radford et al. 2019).
 */
public record TransformerLayer(String path, LayerNorm norm1, Attention attention, LayerNorm norm2, Mlp mlp,
        Dropout dropout) implements Layer {

    /**
     * With CLIP's names and weights like GPT-2's.
     *
     * @param hidden width within the MLP
     * @param depth of the whole stack, which scales what is added to the residual stream
     */
    public TransformerLayer(Scope scope, int width, int heads, int hidden, Activation activation, boolean isCausal,
            int depth) {
        Scope attn = scope.at("self_attn");
        Init inner = Init.gpt2();
        Init outer = Init.gpt2Residual(depth);
        this(scope.path(), new LayerNorm(scope.at("layer_norm1"), width, true),
                new Attention(attn.path(), new Attention.Config(heads, width / heads, isCausal), Projection.separate(
                        new Linear(attn.at("q_proj"), width, width, true, inner),
                        new Linear(attn.at("k_proj"), width, width, true, inner),
                        new Linear(attn.at("v_proj"), width, width, true, inner)),
                        new Linear(attn.at("out_proj"), width, width, true, outer)),
                new LayerNorm(scope.at("layer_norm2"), width, true),
                new Mlp(new Linear(scope.at("mlp").at("fc1"), width, hidden, true, inner), null, activation,
                        new Linear(scope.at("mlp").at("fc2"), hidden, width, true, outer)),
                new Dropout(0));
    }

    @Override
    public Tensor apply(Tensor x) {                                          // (B, T, width)
        try (var _ = x.graph().at(path)) {
            x = x.add(dropout.apply(attention.apply(norm1.apply(x))));
            return x.add(dropout.apply(mlp.apply(norm2.apply(x))));
        }
    }
}

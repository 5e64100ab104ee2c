package dev.sirocco.models.nn;

import dev.sirocco.tensor.ir.DType;
import dev.sirocco.tensor.ir.Graph;
import dev.sirocco.tensor.ir.Shape;
import dev.sirocco.tensor.ir.State;
import dev.sirocco.tensor.ir.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2), over the sequence itself or over a context. With fewer key
 * heads than query heads it is grouped-query attention (Ainslie et al. 2023).
 */
public final class Attention {

    /**
     * Sizes and kinds.
     *
     * @param heads of the queries
     * @param kvHeads of keys and values; divides {@code heads}
     * @param headSize elements of one head
     * @param isCausal whether a query sees only what is not after it
     * @param qkNorm whether queries and keys are normalised, head by head (Henry et al. 2020)
     * @param rotary turns queries and keys by their positions, or null
     * @param alibi whether scores fall with the distance (Press et al. 2022)
     */
    public record Config(int heads, int kvHeads, int headSize, boolean isCausal, boolean qkNorm, Rotary rotary,
            boolean alibi) {

        /** Plain: as many key heads as query heads, no positions. */
        public Config(int heads, int headSize, boolean isCausal) {
            this(heads, heads, headSize, isCausal, false, null, false);
        }
    }

    /**
     * Keys and values of the positions seen so far, one for each attention layer.
     *
     * @param keys (B, capacity, kvHeads, headSize)
     */
    public record Cache(State keys, State values) {}

    private final String path;
    private final Config config;
    private final Projection in;
    private final Linear out;

    /** With layers of one's own naming. */
    public Attention(String path, Config config, Projection in, Linear out) {
        this.path = path;
        this.config = config;
        this.in = in;
        this.out = out;
    }

    /** With layers {@code q}, {@code k}, {@code v} and {@code out}. */
    public Attention(Scope scope, Config config, int width, int contextWidth, boolean hasBias) {
        this(scope.path(), config, Projection.separate(
                new Linear(scope.at("q"), width, config.heads * config.headSize, hasBias),
                new Linear(scope.at("k"), contextWidth, config.kvHeads * config.headSize, hasBias),
                new Linear(scope.at("v"), contextWidth, config.kvHeads * config.headSize, hasBias)),
                new Linear(scope.at("out"), config.heads * config.headSize, width, hasBias));
    }

    /** A cache for this layer, empty. */
    public Cache cache(int batch, int capacity) {
        Shape shape = Shape.of(batch, capacity, config.kvHeads, config.headSize);
        return new Cache(new State(path + ".cache.keys", DType.F32, shape),
                new State(path + ".cache.values", DType.F32, shape));
    }

    /** Self-attention: (B, T, width) → (B, T, width). */
    public Tensor apply(Tensor x) {
        return apply(x, x);
    }

    /** Attention over a context (B, S, contextWidth). */
    public Tensor apply(Tensor x, Tensor context) {
        return apply(x, context, null, null);
    }

    /**
     * Self-attention over all that the cache holds and x, which is written into it.
     *
     * @param position of the first of x, I32 [1]
     */
    public Tensor apply(Tensor x, Tensor position, Cache cache) {
        return apply(x, x, position, cache);
    }

    private Tensor apply(Tensor x, Tensor context, Tensor position, Cache cache) {
        Graph g = x.graph();
        try (var _ = g.at(path)) {
            List<Tensor> qkv = in.apply(x, context);
            Tensor q = heads(qkv.get(0), config.heads);                      // (B, T, H, D)
            Tensor k = heads(qkv.get(1), config.kvHeads);                    // (B, S, Hkv, D)
            Tensor v = heads(qkv.get(2), config.kvHeads);
            if (config.qkNorm) {
                q = RmsNorm.plain(path).apply(q);
                k = RmsNorm.plain(path).apply(k);
            }
            if (config.rotary != null) {
                int reach = cache == null ? k.dim(1) : cache.keys.shape().dim(1);
                q = config.rotary.apply(q, position, reach);
                k = config.rotary.apply(k, position, reach);
            }
            if (cache != null) {
                k = keep(g, cache.keys, k, position);                        // (B, capacity, Hkv, D)
                v = keep(g, cache.values, v, position);
            }
            var op = new dev.sirocco.tensor.fast.Attention(config.isCausal, 1 / Math.sqrt(config.headSize),
                    config.alibi ? slopes(config.heads) : List.of());
            Tensor y = position == null ? g.add(op, q, k, v) : g.add(op, q, k, v, position);
            return out.apply(y.reshape(x.dim(0), x.dim(1), config.heads * config.headSize));
        }
    }

    private Tensor heads(Tensor x, int heads) {                              // (B, T, heads·D)
        return x.reshape(x.dim(0), x.dim(1), heads, config.headSize);        // (B, T, heads, D)
    }

    private static Tensor keep(Graph g, State all, Tensor some, Tensor position) {
        Tensor updated = g.read(all).updateSlice(1, some, position);
        g.assign(all, updated);
        return updated;
    }

    /** The paper's: a geometric row from 2^(-8/n), n being the number of heads. */
    static List<Double> slopes(int heads) {
        return IntStream.rangeClosed(1, heads).mapToObj(h -> Math.pow(2, -8.0 * h / heads)).toList();
    }
}
